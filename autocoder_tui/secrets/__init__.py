"""Finding keys and passwords, and keeping them out of what is written down."""
