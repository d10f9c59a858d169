"""Edits: how a change is written down instead of the changed file, and where it goes.

Pure and knows no other package but `text`: `edit.py` holds the values, `shapes/` reads the
forms models write, `place.py` finds the places.
"""
