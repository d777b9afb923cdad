"""Aliases: names of one dataset, as symlinks facets claim them. Claims add up, in any order.

Knows how claims make groups, and which name stands for a group; who stores it brings the claims.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from catchment.events.facets.symlinks import read_symlinks
from catchment.events.model import Facet
from catchment.lineage.keys import Name, dataset_name

CLAIMS_OF_PLACE_MAX = 100
"""A place that more datasets claim is shared: no group is made of it."""

N = TypeVar("N", bound=int | bytes)


class Claim(NamedTuple):
    """Says of one dataset that it has another name, too. By natural keys."""

    dataset: bytes
    other: bytes
    is_table: bool


def claims_of(dataset: Name, facets: Iterable[Facet]) -> tuple[tuple[Claim, Name], ...]:
    """What the symlinks facet among these claims, each with the other name. Nothing of itself."""
    return tuple(
        [
            (Claim(dataset.key, other.key, identifier.is_table), other)
            for facet in facets
            if facet.name == "symlinks" and not facet.deleted
            for identifier in read_symlinks(facet)
            for other in (dataset_name(identifier.namespace, identifier.name),)
            if other.key != dataset.key
        ]
    )


def representatives(
    names: Mapping[N, tuple[str, str]], claims: Iterable[tuple[N, N, bool]]
) -> dict[N, N]:
    """For each dataset the one whose name stands for all its names.

    `claims`: (dataset, other name, is a table). A table is one dataset with whoever claims it; a
    place only while all who claim it are one dataset anyway, and are not too many. A table's name
    stands before others, a place's after them; then the smallest (namespace, name).
    """
    groups, rank = _Groups(names), dict.fromkeys(names, 1)
    places: dict[N, set[N]] = {}
    for dataset, other, is_table in claims:
        if is_table:
            groups.join(dataset, other)
            rank[other] = 0
        else:
            places.setdefault(other, set()).add(dataset)
    for place in places:
        rank[place] = rank[place] and 2
    # Who owns a place is decided by tables alone, before any place joins anything.
    owners = {
        place: {groups.of(one) for one in claimants}
        for place, claimants in places.items()
        if len(claimants) <= CLAIMS_OF_PLACE_MAX
    }
    for place, owning in owners.items():
        if len(owning) == 1:
            groups.join(place, *owning)
    best: dict[N, N] = {}
    for one in names:
        group = groups.of(one)
        known = best.get(group)
        if known is None or (rank[one], names[one]) < (rank[known], names[known]):
            best[group] = one
    return {one: best[groups.of(one)] for one in names}


class _Groups(Generic[N]):
    """Disjoint sets; which member a set is known by means nothing."""

    def __init__(self, members: Iterable[N]) -> None:
        self._above = {one: one for one in members}

    def of(self, one: N) -> N:
        above = self._above
        while above[one] != one:
            above[one] = one = above[above[one]]
        return one

    def join(self, one: N, other: N) -> None:
        self._above[self.of(one)] = self.of(other)
