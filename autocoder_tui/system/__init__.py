"""What the operating system has: files written whole, signals, clipboard, locale."""
