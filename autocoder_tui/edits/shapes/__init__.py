"""The forms in which models write changes, read into the values of `edits.edit`.

Each module reads one form from lines, at the line it begins with, and says where it ends.
"""
