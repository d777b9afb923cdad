"""Column mappings of table pairs: which columns of one dataset made which columns of another."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from catchment.events.facets.column_lineage import ColumnInput, read_column_lineage
from catchment.events.model import Facet
from catchment.lineage.keys import Name, dataset_name, digest


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """The column mapping of one (output, input) pair: sorted canonical entries, one a mapping.

    An entry is `{"field", "kind", "output", "transformations"}`; `output` null means the whole
    output, `field` null an unknown source column.
    """

    hash: bytes
    body: bytes
    entries: tuple[str, ...]

    @staticmethod
    def of(entries: Iterable[str]) -> "ColumnSet":
        """The set of these entries."""
        ordered = tuple(sorted(set(entries)))
        body = ("[" + ",".join(ordered) + "]").encode("utf-8", "surrogatepass")
        return ColumnSet(digest(b"columns", body), body, ordered)

    @staticmethod
    def union(a: "ColumnSet | None", b: "ColumnSet | None") -> "ColumnSet | None":
        """Both together."""
        if a is None or b is None:
            return b if a is None else a
        return ColumnSet.of(a.entries + b.entries)


def entry_of(column: ColumnInput) -> str:
    """One mapping as canonical JSON."""
    parts = [
        f'"field":{json.dumps(column.field)}',
        f'"kind":{json.dumps(column.kind)}',
        f'"output":{json.dumps(column.output)}',
        f'"transformations":{column.transformations.decode()}',
    ]
    return "{" + ",".join(parts) + "}"


def mentioned_by_columns(facet: Facet) -> tuple[Name, ...]:
    """The datasets that a columnLineage facet names."""
    return tuple([dataset_name(*identity) for identity in _by_source(facet)])


@lru_cache(maxsize=16_384)
def column_sets(facet: Facet) -> tuple[tuple[bytes, ColumnSet], ...]:
    """(input dataset, column mapping) of each pair that a columnLineage facet states."""
    return tuple(
        [
            (dataset_name(*identity).key, ColumnSet.of(map(entry_of, columns)))
            for identity, columns in _by_source(facet).items()
        ]
    )


@lru_cache(maxsize=4_096)
def _by_source(facet: Facet) -> dict[tuple[str, str], list[ColumnInput]]:
    sources: dict[tuple[str, str], list[ColumnInput]] = {}
    for column in read_column_lineage(facet):
        sources.setdefault((column.namespace, column.name), []).append(column)
    return sources
