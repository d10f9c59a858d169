"""One run without the screen."""
