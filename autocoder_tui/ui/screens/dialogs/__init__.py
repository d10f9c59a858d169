"""Questions, choices and fields in front of the screen."""
