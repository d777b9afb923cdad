"""What is wrong with facets: where they are not as their models want them, and what that costs.

A facet with problems is kept and shown like any other. Each distinct facet is looked at once.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from catchment.errors import Problem
from catchment.events.facets.shapes import losses
from catchment.events.kept import Kept
from catchment.events.model import Entity, Facet
from catchment.events.strict.one_facet import facet_problems, is_tombstone

_LISTED_MAX = 100
_INDEX = re.compile(r"/[0-9]+(?=/|\Z)")
_PROBLEM_BYTES = 300


class FacetProblems:
    """The problems of facets seen lately: at most `bytes_max` bytes of them."""

    def __init__(self, bytes_max: int) -> None:
        self._kept = Kept[tuple[Entity, str, bytes], tuple[Problem, ...]](bytes_max)

    def of(self, entity: Entity, facet: Facet) -> tuple[Problem, ...]:
        """At most a hundred, by pointers that begin at the facet."""
        key = (entity, facet.name, facet.hash)
        found = self._kept.get(key)
        if found is None:
            found = tuple(islice(distinct(_look_at(entity, facet)), _LISTED_MAX))
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


def _look_at(entity: Entity, facet: Facet) -> Iterator[Problem]:
    """What the model says, with what follows; then what follows from what no model minds."""
    lost = {}
    if not is_tombstone(entity, facet):
        lost = {loss.pointer: loss for loss in islice(losses(entity, facet), _LISTED_MAX)}
    explained = set()
    for pointer, reason in facet_problems(entity, facet):
        place = None if pointer.startswith("/_") else _at_or_above(pointer, lost)
        if place is None:
            yield Problem(pointer, reason)
        else:
            explained.add(place)
            yield Problem(pointer, f"{reason}; {lost[place].loss}")
    for place, (_, reason, loss) in lost.items():
        if place not in explained:
            yield Problem(place, f"{reason}; {loss}")


def _at_or_above(pointer: str, places: Iterable[str]) -> str | None:
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return pointer if pointer in places else None
