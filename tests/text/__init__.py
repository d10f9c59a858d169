"""Texts by themselves."""
