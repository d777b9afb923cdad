"""Definitions that a Dagster in an environment of its own loads, and programs that drive it."""
