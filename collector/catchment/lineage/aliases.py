"""Aliases: names of one dataset, as symlinks facets claim them, or as it was renamed.

Claims add up, in any order; renames hold from the end of the run that made them. Knows how both
make groups, and which name stands for a group; who stores them brings those that hold.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from catchment.events.facets.lifecycle import RENAME, Change, read_change
from catchment.events.facets.symlinks import read_symlinks
from catchment.events.model import Facet
from catchment.lineage.keys import Name, dataset_name

CLAIMANTS_MAX = 100
"""A name that more datasets claim is a constant, or a place of many: no group is made of it."""

N = TypeVar("N", bound=int | bytes)


class Claim(NamedTuple):
    """Says of one dataset that it has another name, too. By natural keys."""

    dataset: bytes
    other: bytes
    is_table: bool


class Renamed(NamedTuple, Generic[N]):
    """A dataset that had another name before; `at_us`: when it was renamed last."""

    dataset: N
    previous: N
    at_us: int


def name_before(dataset: Name, facets: Iterable[Facet]) -> Name | None:
    """What a RENAME among these says that a dataset was called before; nothing of itself."""
    for facet in facets:
        if facet.name == "lifecycleStateChange" and not facet.deleted:
            return renamed_from(read_change(facet), dataset.key)
    return None


def renamed_from(change: Change | None, dataset: bytes) -> Name | None:
    """The name that this change took from a dataset, if it is a RENAME that says so."""
    if change is None or change.change != RENAME or change.previous is None:
        return None
    previous = dataset_name(*change.previous)
    return previous if previous.key != dataset else None


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
    names: Mapping[N, tuple[str, str]],
    claims: Iterable[tuple[N, N, bool]],
    renames: Collection[Renamed[N]] = (),
) -> dict[N, N]:
    """For each dataset the one whose name stands for all its names.

    `claims`: (dataset, other name, is a table). A table is one dataset with whoever claims it; a
    place only while all who claim it are one dataset anyway. What more than `CLAIMANTS_MAX` claim
    counts for nothing. Who was renamed is one with who it was. A name that was given up stands
    after all that are in use; then a table's before others, a place's after them; then the
    smallest (namespace, name).
    """
    tables, places = _claimants(claims)
    groups = _Groups(names)
    for table, claimants in tables.items():
        groups.join(table, *claimants)
    for renamed in renames:
        groups.join(renamed.dataset, renamed.previous)
    # Who owns a place is decided before any place joins anything.
    owners = {place: {groups.of(one) for one in claimants} for place, claimants in places.items()}
    for place, owning in owners.items():
        if len(owning) == 1:
            groups.join(place, *owning)
    given_up = _given_up(renames)
    rank = dict.fromkeys(names, 1) | dict.fromkeys(places, 2) | dict.fromkeys(tables, 0)
    best: dict[N, N] = {}
    for one in sorted(names, key=lambda one: (one in given_up, rank[one], names[one])):
        best.setdefault(groups.of(one), one)
    return {one: best[groups.of(one)] for one in names}


def _claimants(claims: Iterable[tuple[N, N, bool]]) -> tuple[dict[N, set[N]], dict[N, set[N]]]:
    """Who claims each table, and each place, of those that claims count for."""
    claimed: tuple[dict[N, set[N]], dict[N, set[N]]] = ({}, {})
    for dataset, other, is_table in claims:
        claimed[not is_table].setdefault(other, set()).add(dataset)
    tables, places = (
        {other: found for other, found in kind.items() if len(found) <= CLAIMANTS_MAX}
        for kind in claimed
    )
    return tables, places


def _given_up(renames: Iterable[Renamed[N]]) -> set[N]:
    """The names that were left later than they were taken."""
    taken: dict[N, int] = {}
    left: dict[N, int] = {}
    for dataset, previous, at_us in renames:
        taken[dataset] = max(at_us, taken.get(dataset, at_us))
        left[previous] = max(at_us, left.get(previous, at_us))
    return {one for one, at_us in left.items() if one not in taken or at_us > taken[one]}


class _Groups(Generic[N]):
    """Disjoint sets; which member a set is known by means nothing."""

    def __init__(self, members: Iterable[N]) -> None:
        self._above = {one: one for one in members}

    def of(self, one: N) -> N:
        above = self._above
        while above[one] != one:
            above[one] = one = above[above[one]]
        return one

    def join(self, one: N, *others: N) -> None:
        for other in others:
            self._above[self.of(one)] = self.of(other)
