"""A run without the screen: the face for scripts and pipes."""
