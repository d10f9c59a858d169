"""Every screen of the program as a picture to be looked at: `python -m tests.pictures.walk`."""
