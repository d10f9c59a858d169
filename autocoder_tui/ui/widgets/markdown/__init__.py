"""Answers in Markdown, and conversations of them, while they come."""
