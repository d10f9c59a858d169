"""What the program does on a key or a message, one file a subject."""
