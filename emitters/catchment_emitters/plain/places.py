"""Where a dataset is: from a path, URL, name, or table, to OpenLineage's name of it."""

import os
from typing import Any, NamedTuple

from catchment_emitters.core.names import dataset_name, engine_table_name
from catchment_emitters.core.urls import without_secrets
from catchment_emitters.plain.frames import Field, table_fields

Where = str | os.PathLike[str] | tuple[Any, Any]
"""A path or URL; (namespace, name); or (engine of SQLAlchemy, table or its name)."""


class Place(NamedTuple):
    """A dataset's name; `path` if it is a file here; the columns that its table declares."""

    namespace: str
    name: str
    path: str | None = None
    fields: list[Field] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same dataset."""
        return (self.namespace, self.name)


def place_of(where: object) -> Place:
    """Which dataset this is.

    Raises:
        ValueError: it says no place, as a table without its engine.
        TypeError: it is nothing of the kind.
    """
    if isinstance(where, str | os.PathLike):
        namespace, name = dataset_name(where)
        return Place(namespace, name, name if namespace == "file" else None)
    if isinstance(where, tuple) and len(where) == 2:
        first, second = where
        if isinstance(first, str) and isinstance(second, str):
            return Place(without_secrets(first), second)
        return _table(first, second)
    if hasattr(where, "columns"):
        raise ValueError("a table or frame alone says no place: give (engine, table), or a path")
    raise TypeError(f"{type(where).__name__} is no path, URL, (namespace, name) or (engine, table)")


def _table(engine: Any, said: Any) -> Place:
    """A table behind an engine, connection or session of SQLAlchemy."""
    engine = getattr(engine, "bind", None) or engine
    table = getattr(said, "__table__", said)
    if isinstance(table, str):
        namespace, name = engine_table_name(engine, table)
        return Place(namespace, name)
    namespace, name = engine_table_name(engine, str(table.name), table.schema)
    return Place(namespace, name, fields=table_fields(table))
