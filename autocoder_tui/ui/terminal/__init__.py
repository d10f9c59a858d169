"""What stands between the framework and the terminal."""
