"""Emitters: provenance from pipelines, to any OpenLineage collector."""

__version__ = "0.1.0"
