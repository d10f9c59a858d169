"""The tree the input files are picked in."""
