"""The facets that hold for a job or dataset at an instant: for each name the latest sighting."""

from collections.abc import Iterable, Mapping
from typing import Any

from catchment.events.facets.slow import SLOW
from catchment.events.model import Facet
from catchment.lineage.bags import Bag

_RANK = {b"i": 0, b"o": 1, b"j": 1, b"d": 2}

Facets = dict[str, Facet]


def resolve_facets(rows: Iterable[Mapping[str, Any]], bags: Mapping[int, Bag]) -> dict[int, Facets]:
    """Entity -> facets by name; tombstones have hidden what they hide.

    Ties: declaration > write > read, a value beats a tombstone, then the facet's hash. Facets
    without history come only from declarations here; those of runs are the run's own.
    """
    winners: dict[int, dict[str, tuple[tuple[int, int, bool, bytes], Facet]]] = {}
    for row in rows:
        held = winners.setdefault(row["entity"], {})
        declared = row["dir"] == b"d"
        for facet in bags[row["bag"]].facets:
            if not declared and facet.name not in SLOW:
                continue
            order = (row["at"], _RANK[row["dir"]], not facet.deleted, facet.hash)
            known = held.get(facet.name)
            if known is None or order > known[0]:
                held[facet.name] = (order, facet)
    return {
        entity: {name: facet for name, (_, facet) in sorted(held.items()) if not facet.deleted}
        for entity, held in winners.items()
    }
