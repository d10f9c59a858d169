"""The pictures of the README and the manual, made of the program: `python -m tests.pictures`."""
