"""The whole job line by line, for screen readers and whoever wants no full screen: prompts,
and every change of state a line of text."""
