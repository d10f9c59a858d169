"""Panes that show state and post messages."""
