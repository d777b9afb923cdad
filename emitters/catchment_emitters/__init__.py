"""Emitters: provenance from pipelines, to any OpenLineage collector.

Importing this costs nothing; what is named here is imported when it is first asked for.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_LAZY = {"SpoolTransport": "catchment_emitters.spool.transport"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
