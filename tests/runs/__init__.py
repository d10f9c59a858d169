"""Between a face and the libraries."""
