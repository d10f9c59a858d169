"""What a run proposed, and what is decided of it."""
