"""A naive model of what events mean, written from docs/reference/meaning.md and not from the code.

It keeps all events as plain dicts and refolds them for every question. Slow, and easy to believe.
It imports nothing of the product.
"""
