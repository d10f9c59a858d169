"""Every run so far, in a database that can be searched."""
