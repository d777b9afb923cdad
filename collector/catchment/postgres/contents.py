"""Contents read back: facets and bags by id, as the core knows them."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import asyncpg

from catchment.events.facets.cache import content_hash
from catchment.events.model import Facet
from catchment.events.names import from_text
from catchment.lineage.bags import Bag


def facet_of(name: str, deleted: bool, body: bytes) -> Facet:
    """A facet as it was before it was stored."""
    digest = sha256(body).digest()[:16]
    return Facet(from_text(name), digest, content_hash(body), body, deleted)


def bags_of_rows(rows: Iterable[asyncpg.Record]) -> dict[int, Bag]:
    """Bags from rows of `facets_of_bags`."""
    members: dict[int, list[Facet]] = {}
    facets: dict[int, Facet] = {}
    for row in rows:
        facet = facets.get(row["id"])
        if facet is None:
            facet = facets[row["id"]] = facet_of(row["name"], row["deleted"], row["body"])
        members.setdefault(row["bag"], []).append(facet)
    return {bag: Bag(tuple(_sorted(found))) for bag, found in members.items()}


def _sorted(facets: list[Any]) -> list[Facet]:
    return sorted(facets, key=lambda facet: facet.name)
