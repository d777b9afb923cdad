"""Columns and rows of what people hold in hand: frames and tables, told by their class's library.

No library is imported; one that is not there has no frames. Nothing is computed: a lazy frame, or
a query of DuckDB, has columns and no rows yet.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

COLUMNS_MAX = 10_000

Field = dict[str, Any]
Columns = Mapping[str, Any] | Iterable[Any]
"""Names, or name -> type, or (name, type) pairs, or fields of the facet `schema`."""


class Shape(NamedTuple):
    """Columns, and rows if they are counted already."""

    fields: list[Field] | None = None
    rows: int | None = None


def shape_of(data: object) -> Shape:
    """What a frame is like; nothing of what is none. Never raises."""
    try:
        return _shape(data)
    except Exception:  # a Series has no columns; the dataset counts more than they do
        return Shape()


def _shape(data: object) -> Shape:
    libraries = {one.__module__.partition(".")[0] for one in type(data).__mro__}
    frame: Any = data
    if "pyarrow" in libraries and hasattr(frame, "schema"):
        return Shape(
            _fields(zip(frame.schema.names, frame.schema.types, strict=False)),
            _count(frame, "num_rows"),
        )
    if "polars" in libraries and not hasattr(frame, "shape"):
        return Shape(_fields(frame.collect_schema().items()))
    if libraries & {"pandas", "polars"} and hasattr(frame, "dtypes"):
        return Shape(_fields(zip(frame.columns, frame.dtypes, strict=False)), int(frame.shape[0]))
    if libraries & {"_duckdb", "duckdb"} and hasattr(frame, "dtypes"):
        return Shape(_fields(zip(frame.columns, frame.dtypes, strict=False)))
    return Shape()


def fields_of(columns: Columns | None) -> list[Field] | None:
    """Fields of the facet `schema` from what people write."""
    if columns is None:
        return None
    if isinstance(columns, Mapping):
        return _fields(columns.items())
    return [_field(one) for one in islice(columns, COLUMNS_MAX)]


def table_fields(table: Any) -> list[Field] | None:
    """The columns of a table of SQLAlchemy."""
    columns = getattr(table, "columns", None)
    return None if columns is None else _fields((one.name, one.type) for one in columns)


def _field(one: Any) -> Field:
    if isinstance(one, Mapping):
        return dict(one)
    if isinstance(one, tuple):
        return {"name": str(one[0]), "type": str(one[1])}
    return {"name": str(one)}


def _fields(pairs: Iterable[tuple[Any, Any]]) -> list[Field]:
    return [{"name": str(n), "type": str(kind)} for n, kind in islice(pairs, COLUMNS_MAX)]


def _count(frame: Any, name: str) -> int | None:
    value = getattr(frame, name, None)
    return value if isinstance(value, int) else None
