"""Benchmarks: figures by measuring, each on its own embedded server."""
