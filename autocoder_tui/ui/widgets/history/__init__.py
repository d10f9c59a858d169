"""What the history shows of a run, and of two."""
