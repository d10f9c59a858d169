"""The log of this session."""
