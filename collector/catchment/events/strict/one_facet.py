"""What a strict reader says of one facet alone, by the models that whole events are read with.

A facet that has no model, a tombstone, and one of more than `FACET_BYTES_MAX` are held to the rule
for all facets. Knows nothing of what the graph makes of a facet.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from catchment.errors import Problem
from catchment.events import splitter
from catchment.events.model import Entity, Facet
from catchment.events.strict.choice import Bag, Model
from catchment.events.strict.envelope import (
    DatasetFacets,
    InputFacets,
    JobFacets,
    OutputFacets,
    RunFacets,
)
from catchment.events.strict.reading import tree
from catchment.events.strict.wording import problems_in

_ANNOTATED: Mapping[Entity, Any] = {
    "run": RunFacets,
    "job": JobFacets,
    "dataset": DatasetFacets,
    "input": InputFacets,
    "output": OutputFacets,
}
BAGS: Mapping[Entity, Bag] = {
    entity: annotated.__metadata__[0] for entity, annotated in _ANNOTATED.items()
}
"""All facets that have a model, by what they are of."""

FACET_BYTES_MAX = 1024 * 1024
"""Of its canonical JSON: so much takes about ten milliseconds."""
FOUND_MAX = 1_000
"""Problems of one facet that are told apart; of more it is told how many."""


class _OfAllFacets(msgspec.Struct):
    """The members that every facet may have."""

    _producer: Any = UNSET
    _schemaURL: Any = UNSET
    _deleted: Any = UNSET


_OF_ALL_FACETS = _OfAllFacets.__struct_fields__
_decoder = msgspec.json.Decoder(_OfAllFacets)


def is_tombstone(entity: Entity, facet: Facet) -> bool:
    """Whether `_deleted` is said of it, and means something there."""
    return facet.deleted and BAGS[entity].deletable


def facet_problems(entity: Entity, facet: Facet) -> list[Problem]:
    """All that is wrong with it, by pointers that begin at the facet; nothing if it is valid."""
    try:
        model = _model(entity, facet.name)
        if model is None or len(facet.body) > FACET_BYTES_MAX or is_tombstone(entity, facet):
            _general(entity).validate_python(_of_all_facets(facet), strict=True)
        else:
            model.validate_python(tree(facet.body), strict=True)
    except ValidationError as error:
        count = error.error_count()
        if count > FOUND_MAX:  # to word one takes longer than to find it
            return [Problem("", f"{count:,} of its members are not as its model wants them")]
        return problems_in(error)
    return []


def _model(entity: Entity, name: str) -> SchemaValidator | None:
    return _made(entity, name) if name in BAGS[entity].known else None


@cache
def _made(entity: Entity, name: str) -> SchemaValidator:
    return _validator(BAGS[entity].known[name])


@cache
def _general(entity: Entity) -> SchemaValidator:
    return _validator(BAGS[entity].general)


def _validator(model: Model) -> SchemaValidator:
    # Pydantic's adapter around it costs as much again as a small facet.
    made = TypeAdapter(model).validator
    assert isinstance(made, SchemaValidator), model
    return made


def _of_all_facets(facet: Facet) -> dict[str, object]:
    """The members that each facet has; the others, which may be millions, are skipped."""
    try:
        found = msgspec.structs.asdict(_decoder.decode(facet.body))
    except (msgspec.DecodeError, RecursionError):
        members = splitter.members_of(facet.body)
        found = {name: tree(members[name]) for name in _OF_ALL_FACETS if name in members}
    return {name: value for name, value in found.items() if value is not UNSET}
