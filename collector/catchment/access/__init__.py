"""Who may ask what: keys, scopes, Host and Origin, and how a refusal is worded. Pure ASGI.

Knows nothing of the graph, and nothing of what is behind a path but its class.
"""
