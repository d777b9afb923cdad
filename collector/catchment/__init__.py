"""Catchment: an OpenLineage-compatible collector with a provable provenance graph in Postgres."""

__version__ = "0.1.0"
