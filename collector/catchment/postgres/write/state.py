"""What a writer remembers between batches: rows that it knows to be committed, and free ids.

Everything here is true of committed rows of one `graph_epoch`. A batch adds to it while its
transaction is open, so whoever leaves a transaction other than by its COMMIT clears it all.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from catchment.lineage.aliases import Claim
from catchment.lineage.bags import Bag
from catchment.lineage.fold import RunFold
from catchment.lineage.gather import LinkKey
from catchment.lineage.resolve import Resolved
from catchment.postgres.caches import Cache

Edge = tuple[int, int, str, int]
"""job, dataset, "i" or "o", basis."""
Use = tuple[int, str, int]
"""entity, "i", "o", "d" or "j", bag."""


class Entity:
    """A namespace, job, dataset or source as committed: its id, when it was named first and last.

    `last_us` None: somebody else wrote it, and when it was named last is not known here.
    """

    __slots__ = ("first_us", "id", "last_us", "namespace")

    def __init__(self, row_id: int, first_us: int, namespace: "Entity | None") -> None:
        self.id = row_id
        self.first_us = first_us
        self.last_us: int | None = None
        self.namespace = namespace


@dataclass(frozen=True, slots=True)
class Held:
    """What a fold's bytes mean, and the ids that they name: key -> id of jobs and of datasets."""

    fold: RunFold
    resolved: Resolved
    jobs: dict[bytes, int]
    datasets: dict[bytes, int]


Locked = dict[bytes, tuple[int, Held]]
"""Run -> its id and what its fold means, of runs that a transaction has locked."""


@dataclass(slots=True)
class Known:
    """Caches over committed rows. Keys are natural keys; values ids, and what else is committed."""

    namespaces: Cache[bytes, Entity] = field(default_factory=lambda: Cache(50_000))
    jobs: Cache[bytes, Entity] = field(default_factory=lambda: Cache(200_000))
    datasets: Cache[bytes, Entity] = field(default_factory=lambda: Cache(400_000))
    sources: Cache[bytes, Entity] = field(default_factory=lambda: Cache(50_000))
    job_keys: Cache[int, bytes] = field(default_factory=lambda: Cache(200_000))
    dataset_keys: Cache[int, bytes] = field(default_factory=lambda: Cache(400_000))
    edges: Cache[Edge, int] = field(default_factory=lambda: Cache(400_000))
    links: Cache[LinkKey, int] = field(default_factory=lambda: Cache(200_000))
    facets: Cache[bytes, int] = field(default_factory=lambda: Cache(200_000))
    bag_ids: Cache[bytes, int] = field(default_factory=lambda: Cache(200_000))
    bags: Cache[int, Bag] = field(default_factory=lambda: Cache(50_000))
    colsets: Cache[bytes, int] = field(default_factory=lambda: Cache(100_000))
    io_sets: Cache[bytes, int] = field(default_factory=lambda: Cache(100_000))
    uses: Cache[Use, int] = field(default_factory=lambda: Cache(400_000))
    job_versions: Cache[bytes, int] = field(default_factory=lambda: Cache(100_000))
    stubs: Cache[bytes, tuple[int, tuple[int, bytes] | None]] = field(
        default_factory=lambda: Cache(200_000)
    )
    claims: Cache[Claim, int] = field(default_factory=lambda: Cache(200_000))
    folds: Cache[bytes, Held] = field(default_factory=lambda: Cache(10_000))
    epoch: int = -1

    def clear(self, *, epoch: int) -> None:
        """Another epoch, or a transaction that did not end well: trust nothing."""
        self.epoch = epoch
        for cache in self._caches():
            cache.clear()

    def trim(self) -> None:
        """Between two batches: what a batch has found stays until it ends."""
        for cache in self._caches():
            cache.trim()

    def _caches(self) -> Iterator[Cache[Any, Any]]:
        for held in fields(self):
            cache = getattr(self, held.name)
            if isinstance(cache, Cache):
                yield cache


class IdBlocks:
    """Ids out of blocks of 1,000 of a sequence; unused ones are lost, which costs nothing."""

    BLOCK = 1000

    def __init__(self) -> None:
        self._free: deque[int] = deque()

    def missing_blocks(self, count: int) -> int:
        """How many blocks must be fetched before `count` ids can be taken."""
        return max(0, -((len(self._free) - count) // self.BLOCK))

    def add(self, starts: list[int]) -> None:
        """Blocks as the sequence gave them."""
        for start in starts:
            self._free.extend(range(start, start + self.BLOCK))

    def take(self) -> int:
        """One id."""
        return self._free.popleft()
