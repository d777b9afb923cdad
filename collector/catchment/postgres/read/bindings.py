"""Which version of its inputs a run read, and who wrote it.

The version that the read's `version` facet names; else the latest that was confirmed when the run
began, never its own; where none was, the latest unconfirmed one. For a streaming run, which goes on
reading, it counts when it named the input first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catchment.events.facets.version import read_version
from catchment.events.model import Facet
from catchment.events.names import from_text
from catchment.lineage.bags import flatten
from catchment.lineage.fold import Sight
from catchment.lineage.resolve import Flag
from catchment.lineage.versions import named_version_hash, version_id
from catchment.postgres.asking import Asking
from catchment.postgres.read.details import LATE_WRITES_MAX, RunRow
from catchment.postgres.read.names import Node


@dataclass(frozen=True, slots=True)
class Writer:
    """The run that wrote what was read, and the namespace of its job."""

    id: int
    uuid: bytes
    namespace: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A read of a dataset; nobody is known to have written it without a `writer`."""

    dataset: Node
    version: str | None
    writer: Writer | None


@dataclass(frozen=True, slots=True)
class _Read:
    run: RunRow
    dataset: Node
    named: str | None
    at_us: int | None


class Bindings(Asking):
    """Binds reads to versions, for all runs of a level at once."""

    async def of_runs(self, runs: Iterable[RunRow]) -> dict[int, list[Binding]]:
        """Run -> its inputs in the order of their names, each with what was read of it."""
        reads = [read for run in runs for read in _reads(run)]
        named = [read for read in reads if read.named is not None]
        free = [read for read in reads if read.named is None]
        hashes = [named_version_hash(read.named or "") for read in named]
        found = await self._bound("writers_of_read_versions", named, hashes)
        found += await self._bound("confirmed_writes", free, LATE_WRITES_MAX)
        confirmed = {id(read) for read, _ in found}
        rest = [read for read in free if id(read) not in confirmed]
        found += await self._bound("unconfirmed_writes", rest, LATE_WRITES_MAX)
        rows = {id(read): row for read, row in found}
        bindings: dict[int, list[Binding]] = {}
        for read in reads:
            bindings.setdefault(read.run.id, []).append(_binding(read, rows.get(id(read))))
        return bindings

    async def _bound(self, query: str, reads: list[_Read], given: Any) -> list[tuple[_Read, Any]]:
        if not reads:
            return []
        rows = await self.ask(
            query,
            [read.dataset.id for read in reads],
            [read.run.id for read in reads],
            [read.at_us for read in reads],
            given,
        )
        return [(reads[row["n"] - 1], row) for row in rows]


def _reads(run: RunRow) -> list[_Read]:
    resolved = run.resolved
    assert resolved is not None
    streaming = run.flags & Flag.STREAMING
    reads = [
        _Read(run, run.datasets[key], _named(sight), sight.at_us if streaming else run.started_us)
        for key, sight in resolved.reads.items()
    ]
    return sorted(reads, key=lambda read: read.dataset.order)


def _named(sight: Sight) -> str | None:
    bag = flatten(sight.own)
    facet: Facet | None = next((one for one in bag.facets if one.name == "version"), None)
    return read_version(facet) if facet and not facet.deleted else None


def _binding(read: _Read, row: Any) -> Binding:
    if row is None:
        return Binding(read.dataset, read.named, None)
    writer = Writer(row["run"], row["uuid"], from_text(row["namespace"]))
    if read.named is not None:
        return Binding(read.dataset, read.named, writer)
    derived = str(UUID(bytes=version_id(writer.uuid, read.dataset.key)))
    return Binding(read.dataset, from_text(row["version"]) if row["version"] else derived, writer)
