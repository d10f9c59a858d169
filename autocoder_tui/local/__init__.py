"""A model server on this machine, started for as long as the program runs."""
