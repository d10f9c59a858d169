"""What a diff shows, row by row."""
