"""What a writer remembers between batches, and what one batch learns until it commits.

Everything here is true of committed rows of one `graph_epoch`; another epoch clears it.
"""

from collections import deque
from dataclasses import dataclass, field, fields
from typing import TypeVar

from catchment.lineage.bags import Bag
from catchment.postgres.caches import Cache, Staged

K = TypeVar("K")
V = TypeVar("V")

Entity = tuple[int, int]
"""The id of a namespace, job or dataset, and its first sight in µs, as committed."""


@dataclass(slots=True)
class Known:
    """Caches over committed rows. Keys are natural keys; values ids (with first sights)."""

    namespaces: Cache[bytes, Entity] = field(default_factory=lambda: Cache(50_000))
    jobs: Cache[bytes, Entity] = field(default_factory=lambda: Cache(200_000))
    datasets: Cache[bytes, Entity] = field(default_factory=lambda: Cache(400_000))
    job_keys: Cache[int, bytes] = field(default_factory=lambda: Cache(200_000))
    dataset_keys: Cache[int, bytes] = field(default_factory=lambda: Cache(400_000))
    seen: Cache[int, int] = field(default_factory=lambda: Cache(400_000))
    edges: Cache[tuple[int, int, str, int], int] = field(default_factory=lambda: Cache(400_000))
    facets: Cache[bytes, int] = field(default_factory=lambda: Cache(200_000))
    bag_ids: Cache[bytes, int] = field(default_factory=lambda: Cache(200_000))
    bags: Cache[int, Bag] = field(default_factory=lambda: Cache(50_000))
    colsets: Cache[bytes, int] = field(default_factory=lambda: Cache(100_000))
    io_sets: Cache[bytes, int] = field(default_factory=lambda: Cache(100_000))
    bag_uses: Cache[tuple[int, str, int], bool] = field(default_factory=lambda: Cache(400_000))
    job_versions: Cache[bytes, int] = field(default_factory=lambda: Cache(100_000))
    stubs: Cache[bytes, tuple[int, tuple[int, bytes] | None]] = field(
        default_factory=lambda: Cache(200_000)
    )
    epoch: int = -1

    def clear(self, *, epoch: int) -> None:
        """Another epoch, or a transaction that did not end well: trust nothing."""
        self.epoch = epoch
        for held in fields(self):
            cache = getattr(self, held.name)
            if isinstance(cache, Cache):
                cache.clear()


class Learned:
    """The caches as one transaction sees them."""

    def __init__(self, known: Known) -> None:
        self.namespaces = Staged(known.namespaces)
        self.jobs = Staged(known.jobs)
        self.datasets = Staged(known.datasets)
        self.job_keys = Staged(known.job_keys)
        self.dataset_keys = Staged(known.dataset_keys)
        self.seen = Staged(known.seen)
        self.edges = Staged(known.edges)
        self.facets = Staged(known.facets)
        self.bag_ids = Staged(known.bag_ids)
        self.bags = Staged(known.bags)
        self.colsets = Staged(known.colsets)
        self.io_sets = Staged(known.io_sets)
        self.bag_uses = Staged(known.bag_uses)
        self.job_versions = Staged(known.job_versions)
        self.stubs = Staged(known.stubs)

    def keep(self) -> None:
        """The transaction committed."""
        for staged in vars(self).values():
            staged.keep()


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
