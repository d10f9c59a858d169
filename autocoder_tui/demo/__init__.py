"""The demo: recorded replies from a loopback server, on a sample project. No model, no key."""
