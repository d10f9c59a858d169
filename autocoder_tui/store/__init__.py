"""What the program writes for itself, below the state folder."""
