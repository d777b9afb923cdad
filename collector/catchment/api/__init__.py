"""Questions and answers over HTTP, in the shapes that Marquez's clients know, and beyond.

Knows no SQL: it asks `postgres.read`. `routes.router` is what the app mounts.
"""
