"""The facets that hold for a job or dataset at an instant: for each name the latest sighting."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from catchment.events.facets.slow import OF_DATA, SLOW
from catchment.events.model import Facet
from catchment.lineage.bags import Bag

_RANK = {b"i": 0, b"o": 1, b"j": 1, b"d": 2}
_RANK_OF_FOUND = -1

Facets = dict[str, Facet]


class Shown(NamedTuple):
    """Facets that something showed of an entity; at one instant the greater rank counts."""

    entity: int
    at_us: int
    rank: int
    facets: Iterable[Facet]


def lasting(rows: Iterable[Mapping[str, Any]], bags: Mapping[int, Bag]) -> Iterator[Shown]:
    """What bags show: of sightings the facets with history, of declarations all."""
    for row in rows:
        facets = bags[row["bag"]].facets
        if row["dir"] != b"d":
            facets = tuple([facet for facet in facets if facet.name in SLOW])
        yield Shown(row["entity"], row["at"], _RANK[row["dir"]], facets)


def once(row: Mapping[str, Any], own: Bag, io: Bag) -> Iterator[Shown]:
    """What one read or write shows beside that: its other dataset facets, and what it found."""
    entity, at_us, direction = row["entity"], row["at"], row["dir"]
    yield Shown(entity, at_us, _RANK[direction], own.facets)
    if direction == b"i":
        found = [facet for facet in io.facets if facet.name in OF_DATA]
        yield Shown(entity, at_us, _RANK_OF_FOUND, found)


def of_owners(shown: Iterable[Shown], owners: Mapping[int, Collection[int]]) -> Iterator[Shown]:
    """What is shown of a name as shown of everyone whose name it is."""
    for one in shown:
        for owner in owners[one.entity]:
            yield one._replace(entity=owner)


def resolve_facets(shown: Iterable[Shown]) -> dict[int, Facets]:
    """Entity -> facets by name, of each the latest; tombstones have hidden what they hide.

    Ties: declaration > write > read > what a read found, a value beats a tombstone, then the
    facet's hash.
    """
    winners: dict[int, dict[str, tuple[tuple[int, int, bool, bytes], Facet]]] = {}
    for entity, at_us, rank, facets in shown:
        held = winners.setdefault(entity, {})
        for facet in facets:
            order = (at_us, rank, not facet.deleted, facet.hash)
            known = held.get(facet.name)
            if known is None or order > known[0]:
                held[facet.name] = (order, facet)
    return {
        entity: {name: facet for name, (_, facet) in sorted(held.items()) if not facet.deleted}
        for entity, held in winners.items()
    }
