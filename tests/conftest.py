"""What holds for every test."""

import os

# The programs that tests start would compile each module of theirs anew, every time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
