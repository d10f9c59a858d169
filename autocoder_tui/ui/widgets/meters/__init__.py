"""The line of figures."""
