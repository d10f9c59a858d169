"""Taking a reply apart: frames, fences, names, and what is said around them."""
