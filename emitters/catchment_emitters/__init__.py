"""Emitters: provenance from pipelines, to any OpenLineage collector.

Importing this costs next to nothing: what is named here is imported when it is first asked for.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # as type checkers know it; `typing` itself would cost more than all else
if TYPE_CHECKING:
    from catchment_emitters import lineage as lineage
    from catchment_emitters.spool.transport import SpoolTransport as SpoolTransport

_LAZY = {"SpoolTransport": "catchment_emitters.spool.transport"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "lineage":
        return import_module("catchment_emitters.lineage")
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
