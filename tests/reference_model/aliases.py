"""Names of one dataset: what all symlinks facets ever claimed, closed naively."""

from tests.reference_model.facts import Json, Name, symlinks_named


class Aliases:
    """All claims of a set of events."""

    def __init__(self, events: list[Json]) -> None:
        claims = {claim for event in events for claim in symlinks_named(event)}
        claims = {claim for claim in claims if claim[0] != claim[1]}
        self._tables = {other for _, other, is_table in claims if is_table}
        self._places = {other for _, other, is_table in claims if not is_table}
        by_tables = {frozenset((a, b)) for a, b, is_table in claims if is_table}
        links = set(by_tables)
        for place in self._places:
            owners = [a for a, b, is_table in claims if b == place and not is_table]
            if all(_reached(by_tables, owners[0]) >= {owner} for owner in owners):
                links |= {frozenset((place, owner)) for owner in owners}
        self._links = links

    def names(self, name: Name) -> set[Name]:
        """All names of a dataset, its own among them."""
        return _reached(self._links, name)

    def first(self, name: Name) -> Name:
        """The one that stands for all."""
        return min(self.names(name), key=lambda one: (self._rank(one), one))

    def _rank(self, name: Name) -> int:
        return 0 if name in self._tables else 2 if name in self._places else 1


def _reached(links: set[frozenset[Name]], start: Name) -> set[Name]:
    met = {start}
    while True:
        more = {one for link in links if link & met for one in link} - met
        if not more:
            return met
        met |= more
