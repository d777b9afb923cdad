"""Tests that touch no server and no database."""
