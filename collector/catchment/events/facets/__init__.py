"""Facets: bytes by name, and tolerant views of those that the graph acts on.

A view is made of what can be read; what cannot is left out, and never costs the event.
"""
