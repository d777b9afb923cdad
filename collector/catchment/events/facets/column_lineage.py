"""`columnLineage` (dataset, on outputs): from which input columns each output column was made."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from catchment.events.facets.cache import view
from catchment.events.facets.reading import items, names, obj, text
from catchment.events.model import Facet

_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class ColumnInput:
    """One input column of one output column.

    `output` is None where the input affects the whole output (a filter, a join key); `field` is
    None where the source column is unknown. `transformations` is canonical JSON.
    """

    output: str | None
    namespace: str
    name: str
    field: str | None
    kind: str | None
    transformations: bytes


def read_column_lineage(facet: Facet) -> tuple[ColumnInput, ...]:
    """Everything in it that can be read."""
    members = view(facet)
    found: list[ColumnInput] = []
    for output, mapping in obj(members.get("fields")).items():
        found.extend(read_inputs(output, obj(mapping).get("inputFields")))
    found.extend(read_inputs(None, members.get("dataset")))
    return tuple(found)


def read_inputs(output: str | None, entries: object) -> Iterator[ColumnInput]:
    """The input columns in a list of `{namespace, name, field, transformations}`."""
    for entry in items(entries):
        members = obj(entry)
        identity = names(members)
        if identity is not None:
            transformations = [obj(item) for item in items(members.get("transformations"))]
            yield ColumnInput(
                output,
                *identity,
                text(members.get("field")) or None,
                _kind(transformations),
                _encoder.encode(transformations),
            )


def _kind(transformations: list[dict[str, object]]) -> str | None:
    """DIRECT if any of them is, else INDIRECT if any is, else unknown."""
    kinds = {text(item.get("type")) for item in transformations}
    return next((kind for kind in ("DIRECT", "INDIRECT") if kind in kinds), None)
