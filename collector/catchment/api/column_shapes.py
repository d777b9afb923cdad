"""Columns and their edges as they are answered: structs, which are made and encoded by C.

`column_models.py` says what they mean. An edge is drawn at both of its ends, and as an input field;
what it says (`Facts`) is made once for all edges that say the same.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from catchment.events.facets.cache import view
from catchment.events.facets.reading import obj, text
from catchment.events.kept import Kept
from catchment.events.model import Facet

_KEPT_BYTES_MAX = 8 * 1024 * 1024


class Edge(msgspec.Struct, frozen=True, gc=False):
    """An edge; `transformations` and `jobs` are JSON arrays."""

    origin: str
    destination: str
    kind: str
    transformations: msgspec.Raw
    jobs: msgspec.Raw
    stale: bool


class InputField(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The source of an edge as Marquez shows it."""

    namespace: str
    dataset: str
    field: str
    transformation_description: str | None
    transformation_type: str | None
    dataset_version: str | None = None


class ColumnData(msgspec.Struct, gc=False, rename="camel"):
    """A column."""

    namespace: str
    dataset: str
    field: str
    field_type: str
    transformation_description: str | None
    transformation_type: str | None
    input_fields: list[InputField]
    dataset_version: str | None = None


class ColumnNode(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A column in its graph."""

    id: str
    data: ColumnData
    in_edges: list[Edge]
    out_edges: list[Edge]
    type: str = "DATASET_FIELD"


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What an edge says beside its ends; description and type as Marquez has them."""

    kind: str
    transformations: msgspec.Raw
    jobs: msgspec.Raw
    stale: bool
    description: str | None
    type: str | None

    def between(self, origin: str, destination: str) -> Edge:
        """The edge between these node ids."""
        return Edge(origin, destination, self.kind, self.transformations, self.jobs, self.stale)

    def input_field(self, source: ColumnData) -> InputField:
        """The same, as what a column was made of."""
        return InputField(
            source.namespace, source.dataset, source.field, self.description, self.type
        )


def agreed(own: str | None, said: Iterable[str | None]) -> str | None:
    """A column is described as its facet does (`own`), else as all its inputs agree to."""
    if own is not None:
        return own
    first, *others = set(said) or {None}
    return None if others else first


def describe(data: ColumnData) -> None:
    """Say of a column what its inputs agree to, where its facet does not say it."""
    inputs = data.input_fields
    data.transformation_description = agreed(
        data.transformation_description, [one.transformation_description for one in inputs]
    )
    data.transformation_type = agreed(
        data.transformation_type, [one.transformation_type for one in inputs]
    )


@lru_cache(maxsize=16_384)
def as_marquez(transformations: tuple[bytes, ...]) -> tuple[str | None, str | None]:
    """Marquez has one description and one type of an input field; several stand in a row."""
    read = [obj(msgspec.json.decode(one)) for one in transformations]
    kinds = {text(one.get("subtype")) or text(one.get("type")) for one in read} - {""}
    descriptions = {text(one.get("description")) for one in read} - {""}
    return "; ".join(sorted(descriptions)) or None, ", ".join(sorted(kinds)) or None


Described = tuple[str | None, str | None]
_described = Kept[bytes, Mapping[str, Described]](_KEPT_BYTES_MAX)


def described(facet: Facet) -> Mapping[str, Described]:
    """Column -> description and type, for all that a facet of column lineage names."""
    known = _described.get(facet.hash)
    if known is None:
        known = {
            name: (
                text(obj(mapping).get("transformationDescription")) or None,
                text(obj(mapping).get("transformationType")) or None,
            )
            for name, mapping in obj(view(facet).get("fields")).items()
        }
        _described.put(facet.hash, known, len(facet.body))
    return known
