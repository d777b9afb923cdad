"""Which version of its inputs a run read, and who wrote it.

The version that the read's `version` facet names; else the latest that was confirmed when the run
began, never its own; where none was, the latest unconfirmed one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catchment.events.names import from_text
from catchment.lineage.versions import named_version_hash, version_id
from catchment.postgres.asking import Asking
from catchment.postgres.read.details import RunRow, uuid_text
from catchment.postgres.read.names import Node

# Writes named by an event after their run's end are seldom, and seldom far behind.
_LATE_WRITES_MAX = 100


@dataclass(frozen=True, slots=True)
class Writer:
    """The run that wrote what was read, and the namespace of its job."""

    id: int
    uuid: bytes
    namespace: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A read of a dataset; nobody is known to have written it without a `writer`.

    `kind`: "explicit" if the read names its version, "inferred" if it is the latest that was
    confirmed, else "unconfirmed".
    """

    dataset: Node
    version: str | None
    writer: Writer | None
    kind: str


@dataclass(frozen=True, slots=True)
class Read:
    """A dataset as a run read it that began at `started_us`; `named`: the version it says."""

    run: int
    started_us: int | None
    dataset: Node
    named: str | None = None


class Bindings(Asking):
    """Binds reads to versions, for all runs of a level at once."""

    async def of_runs(self, runs: Iterable[RunRow]) -> dict[int, list[Binding]]:
        """Run -> its inputs in the order of their names, each with what was read of it."""
        reads = [read for run in runs for read in _reads(run)]
        bindings: dict[int, list[Binding]] = {}
        for read, binding in zip(reads, await self.of_reads(reads), strict=True):
            bindings.setdefault(read.run, []).append(binding)
        return bindings

    async def of_reads(self, reads: list[Read]) -> list[Binding]:
        """What each of these reads was bound to, in their order."""
        named = [n for n, read in enumerate(reads) if read.named is not None]
        free = [n for n, read in enumerate(reads) if read.named is None]
        hashes = [named_version_hash(reads[n].named or "") for n in named]
        rows = await self._bound("writers_of_read_versions", reads, named, hashes)
        confirmed = await self._bound("confirmed_writes", reads, free, _LATE_WRITES_MAX)
        rest = [n for n in free if n not in confirmed]
        rows |= confirmed | await self._bound("unconfirmed_writes", reads, rest, _LATE_WRITES_MAX)
        return [
            _binding(read, rows.get(n), inferred=n in confirmed) for n, read in enumerate(reads)
        ]

    async def _bound(
        self, query: str, reads: list[Read], chosen: list[int], given: Any
    ) -> dict[int, Any]:
        """Place in `reads` -> the row found for it."""
        if not chosen:
            return {}
        rows = await self.ask(
            query,
            [reads[n].dataset.id for n in chosen],
            [reads[n].run for n in chosen],
            [reads[n].started_us for n in chosen],
            given,
        )
        return {chosen[row["n"] - 1]: row for row in rows}


def _reads(run: RunRow) -> list[Read]:
    resolved = run.resolved
    assert resolved is not None
    named = resolved.named_reads()
    reads = [
        Read(run.id, run.started_us, run.datasets[key], named.get(key)) for key in resolved.reads
    ]
    return sorted(reads, key=lambda read: read.dataset.order)


def _binding(read: Read, row: Any, *, inferred: bool) -> Binding:
    kind = "explicit" if read.named is not None else "inferred" if inferred else "unconfirmed"
    if row is None:
        return Binding(read.dataset, read.named, None, kind)
    writer = Writer(row["run"], row["uuid"], from_text(row["namespace"]))
    if read.named is not None:
        return Binding(read.dataset, read.named, writer, kind)
    named = from_text(row["version"]) if row["version"] else None
    version = named or uuid_text(version_id(writer.uuid, read.dataset.key))
    return Binding(read.dataset, version, writer, kind)
