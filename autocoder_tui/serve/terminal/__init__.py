"""`/app`: the full-screen program in a tab of a browser, each in a pseudo-terminal of its own."""
