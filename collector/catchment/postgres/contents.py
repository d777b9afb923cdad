"""Contents read back: facets and bags by id, and folds, as the core knows them.

What is content-addressed never changes, so that it may be kept as long as there is room.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import asyncpg

from catchment.events.model import Facet
from catchment.events.names import from_text
from catchment.lineage.bags import EMPTY, Bag
from catchment.lineage.fold import RunFold
from catchment.postgres.asking import Asking
from catchment.postgres.caches import Cache
from catchment.postgres.folds import Builder, References, Use, once_of, unpack


def facet_of(name: str, deleted: bool, body: bytes) -> Facet:
    """A facet as it was before it was stored."""
    digest = sha256(body).digest()[:16]
    return Facet(from_text(name), digest, body, deleted)


def bags_of_rows(rows: Iterable[asyncpg.Record]) -> dict[int, Bag]:
    """Bags from rows of `facets_of_bags`."""
    members: dict[int, list[Facet]] = {}
    facets: dict[int, Facet] = {}
    for row in rows:
        facet = facets.get(row["id"])
        if facet is None:
            facet = facets[row["id"]] = facet_of(row["name"], row["deleted"], row["body"])
        members.setdefault(row["bag"], []).append(facet)
    return {
        bag: Bag(tuple(sorted(found, key=lambda facet: facet.name)))
        for bag, found in members.items()
    }


class Contents(Asking):
    """Bags and folds for questions, through a bounded cache."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._bags: Cache[int, Bag] = Cache(20_000)

    async def bags(self, ids: Iterable[int]) -> dict[int, Bag]:
        """Bags by id."""
        found: dict[int, Bag] = {}
        missing: list[int] = []
        for row_id in set(ids):
            bag = self._bags.get(row_id)
            if bag is None:
                missing.append(row_id)
            else:
                found[row_id] = bag
        if missing:
            for row_id, bag in bags_of_rows(await self.ask("facets_of_bags", missing)).items():
                self._bags[row_id] = found[row_id] = bag
            self._bags.trim()
        # The empty bag has no rows of facets.
        return {row_id: found.get(row_id, EMPTY) for row_id in (*found, *missing)}

    async def once(self, rows: Sequence[asyncpg.Record]) -> list[tuple[Bag, Bag]]:
        """Of reads and writes (rows of `latest_sightings`) the facets that only they have.

        Dataset facets without history, and inputFacets. Each run is read once.
        """
        wanted: dict[int, set[Use]] = {}
        for row in rows:
            wanted.setdefault(row["run"], set()).add((row["entity"], row["dir"].decode()))
        packed = await self.ask("folds_of_runs", list(wanted)) if wanted else []
        found = {row["id"]: once_of(unpack(row["fold"]), wanted[row["id"]]) for row in packed}
        nothing = (EMPTY, EMPTY)
        return [
            found.get(row["run"], {}).get((row["entity"], row["dir"].decode()), nothing)
            for row in rows
        ]

    async def folds(self, packed: Mapping[bytes, bytes]) -> dict[bytes, RunFold]:
        """Folds of runs, by whatever key they were given."""
        raws = {key: unpack(fold) for key, fold in packed.items()}
        wanted = References()
        for raw in raws.values():
            wanted.add(raw)
        builder = Builder(
            await self._keys("keys_of_jobs", wanted.jobs),
            await self._keys("keys_of_datasets", wanted.datasets),
            await self.bags(wanted.bags),
        )
        return {key: builder.build(raw) for key, raw in raws.items()}

    async def _keys(self, query: str, ids: set[int]) -> dict[int, bytes]:
        rows = await self.ask(query, list(ids)) if ids else []
        return {row["id"]: row["key"] for row in rows}
