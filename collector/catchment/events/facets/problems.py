"""What is wrong with facets: where they are not as their models want them, and what that costs.

A facet with problems is kept and shown like any other. Each distinct facet is looked at once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from catchment.errors import Problem
from catchment.events.facets.shapes import LOOKS, Loss
from catchment.events.kept import Kept
from catchment.events.model import Entity, Facet
from catchment.events.strict.one_facet import (
    FACET_BYTES_MAX,
    FOUND_MAX,
    facet_problems,
    is_tombstone,
)

_LISTED_MAX = 100
_INDEX = re.compile(r"/[0-9]+(?=/|\Z)")
_PROBLEM_BYTES = 300
_USABLE_IF_VALID = frozenset({"schema", "nominalTime", "lineage"})
"""Of the facets that are looked through for losses; names in the others may be empty."""


class FacetProblems:
    """The problems of facets seen lately: at most `bytes_max` bytes of them."""

    def __init__(self, bytes_max: int) -> None:
        self._kept = Kept[tuple[Entity, str, bytes], tuple[Problem, ...]](bytes_max)

    def of(self, entity: Entity, facet: Facet) -> tuple[Problem, ...]:
        """At most a hundred, by pointers that begin at the facet."""
        key = (entity, facet.name, facet.hash)
        found = self._kept.get(key)
        if found is None:
            found = _problems_of(entity, facet)
            self._kept.put(key, found, _PROBLEM_BYTES * len(found))
        return found


def distinct(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Of problems that are the same but for an index of an array, the first."""
    met: set[tuple[str, str]] = set()
    for problem in problems:
        alike = (_INDEX.sub("/*", problem.pointer), problem.reason)
        if alike not in met:
            met.add(alike)
            yield problem


def _problems_of(entity: Entity, facet: Facet) -> tuple[Problem, ...]:
    told = facet_problems(entity, facet)
    look = None if is_tombstone(entity, facet) else LOOKS.get((entity, facet.name))
    if not told and (look is None or _usable_if_valid(facet)):
        return ()  # what is new with every event mostly ends here
    lost = {loss.pointer: loss for loss in islice(look(facet), FOUND_MAX)} if look else {}
    return tuple(islice(distinct(_together(told, lost)), _LISTED_MAX))


def _usable_if_valid(facet: Facet) -> bool:
    """Whether the graph can use all of it, since its model minds nothing."""
    return facet.name in _USABLE_IF_VALID and len(facet.body) <= FACET_BYTES_MAX


def _together(told: Iterable[Problem], lost: Mapping[str, Loss]) -> Iterator[Problem]:
    """What the model says, with what follows; then what follows from what no model minds."""
    explained = set()
    for pointer, reason in told:
        place = None if pointer.startswith("/_") else _at_or_above(pointer, lost)
        if place is None:
            yield Problem(pointer, reason)
        else:
            explained.add(place)
            yield Problem(pointer, f"{reason}; {lost[place].loss}")
    for place, (_, reason, loss) in lost.items():
        if place not in explained:
            yield Problem(place, f"{reason}; {loss}")


def _at_or_above(pointer: str, places: Mapping[str, Loss]) -> str | None:
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return pointer if pointer in places else None
