"""Emitters: provenance from pipelines, to any OpenLineage collector."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`catchment_emitters.lineage`, without an import of it by who does not ask."""
    if name == "lineage":
        from importlib import import_module

        return import_module("catchment_emitters.lineage")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
