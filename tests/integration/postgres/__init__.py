"""The room `postgres`: the embedded server, connections, migrations."""
