"""Names of one dataset: what all symlinks facets ever claimed, and what was renamed by then."""

from collections.abc import Iterable

from tests.reference_model.facts import Json, Name, name_of, symlinks_named
from tests.reference_model.runs import Run


class Aliases:
    """All claims of a set of events, and the renames that held at an instant."""

    def __init__(self, events: list[Json], runs: Iterable[Run], as_of: int) -> None:
        claims = {claim for event in events for claim in symlinks_named(event)}
        claims = {claim for claim in claims if claim[0] != claim[1]}
        renames = [one for run in runs for one in renames_of(run) if one[0] <= as_of]
        self._tables = {other for _, other, is_table in claims if is_table}
        self._places = {other for _, other, is_table in claims if not is_table}
        self._given_up = {
            old
            for at, old, _ in renames
            if at == max(one[0] for one in renames if old in one[1:])
            and not any(one[0] == at and one[2] == old for one in renames)
        }
        surely = {frozenset((a, b)) for a, b, is_table in claims if is_table}
        surely |= {frozenset((old, new)) for _, old, new in renames}
        links = set(surely)
        for place in self._places:
            owners = [a for a, b, is_table in claims if b == place and not is_table]
            if all(_reached(surely, owners[0]) >= {owner} for owner in owners):
                links |= {frozenset((place, owner)) for owner in owners}
        self._links = links

    def names(self, name: Name) -> set[Name]:
        """All names of a dataset, its own among them."""
        return _reached(self._links, name)

    def first(self, name: Name) -> Name:
        """The one that stands for all."""
        return min(self.names(name), key=lambda one: (one in self._given_up, self._rank(one), one))

    def _rank(self, name: Name) -> int:
        return 0 if name in self._tables else 2 if name in self._places else 1


def renames_of(run: Run) -> list[tuple[int, Name, Name]]:
    """(when, old name, new name), of a run that completed."""
    if run.ended is None or run.state(run.ended) != "COMPLETED":
        return []
    found = []
    outputs = {name_of(element) for event in run.own for element in event.get("outputs", [])}
    for name in outputs:
        change = run.sight(name, "outputs").get("lifecycleStateChange", {})
        if change.get("lifecycleStateChange") == "RENAME" and "previousIdentifier" in change:
            old = name_of(change["previousIdentifier"])
            found += [(run.ended, old, name)] if old != name else []
    return found


def _reached(links: set[frozenset[Name]], start: Name) -> set[Name]:
    met = {start}
    while True:
        more = {one for link in links if link & met for one in link} - met
        if not more:
            return met
        met |= more
