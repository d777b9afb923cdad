"""The Dagster emitter with a real Dagster, whose processes are started as users start them."""
