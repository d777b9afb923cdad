"""Tests against what a person would run: a real server, a real database."""
