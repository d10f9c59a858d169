"""Two texts side by side, or one above the other."""
