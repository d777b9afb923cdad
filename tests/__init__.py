"""Tests: `unit` needs nothing, `integration` a real Postgres; `conftest` starts it."""
