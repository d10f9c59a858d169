"""The check of a proposal: what its commands print, and what came of them."""
