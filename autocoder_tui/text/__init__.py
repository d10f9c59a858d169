"""Texts by themselves: what more than one of the libraries has to know of them."""
