"""Tokens, cost and the caps on them."""
