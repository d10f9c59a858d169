"""What the user writes: settings, control files, keys, models and themes."""
