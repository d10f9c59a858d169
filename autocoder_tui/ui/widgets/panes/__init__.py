"""The panes of the workspace: where each stands, and how large it is."""
