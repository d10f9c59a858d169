"""The operating system, and what it does when it is short of something."""
