"""The reply while it comes."""
