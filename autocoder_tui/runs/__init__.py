"""One run between a face and the libraries: prepared, recorded, restored, resumed."""
