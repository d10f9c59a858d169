"""Untrusted text made safe to show, and secrets found and kept out."""
