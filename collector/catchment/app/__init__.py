"""The composition root: builds every room, starts them last-first, stops them first-first.

Knows every room and no logic.
"""
