"""What a run brings, written down while it comes."""
