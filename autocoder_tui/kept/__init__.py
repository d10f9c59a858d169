"""What is written down of a run and of its review, and how to go on from it."""
