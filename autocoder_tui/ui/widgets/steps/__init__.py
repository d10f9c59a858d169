"""The steps of a project, and how far each is."""
