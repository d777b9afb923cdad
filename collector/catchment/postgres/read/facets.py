"""The facets that hold for a job or dataset at an instant: for each name the latest sighting."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from catchment.events.facets.slow import SLOW
from catchment.events.model import Facet
from catchment.lineage.bags import Bag

_RANK = {b"i": 0, b"o": 1, b"j": 1, b"d": 2}

Facets = dict[str, Facet]


def resolve_facets(
    rows: Iterable[Mapping[str, Any]],
    bags: Mapping[int, Bag],
    owners: Mapping[int, Collection[int]] | None = None,
) -> dict[int, Facets]:
    """Entity -> facets by name; tombstones have hidden what they hide.

    `owners`: whose name an entity is, where what is said of it is said of others, too.
    Ties: declaration > write > read, a value beats a tombstone, then the facet's hash. Facets
    without history come only from declarations here; those of runs are the run's own.
    """
    winners: dict[int, dict[str, tuple[tuple[int, int, bool, bytes], Facet]]] = {}
    for row in rows:
        entity, declared = row["entity"], row["dir"] == b"d"
        held = [winners.setdefault(one, {}) for one in (owners or {}).get(entity, (entity,))]
        for facet in bags[row["bag"]].facets:
            if not declared and facet.name not in SLOW:
                continue
            order = (row["at"], _RANK[row["dir"]], not facet.deleted, facet.hash)
            for facets in held:
                known = facets.get(facet.name)
                if known is None or order > known[0]:
                    facets[facet.name] = (order, facet)
    return {
        entity: {name: facet for name, (_, facet) in sorted(held.items()) if not facet.deleted}
        for entity, held in winners.items()
    }
