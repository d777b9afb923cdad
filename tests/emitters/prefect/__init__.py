"""Prefect, as users run it."""
