"""A proposal is tried before it is written: laid out beside the project, and commands run on it."""
