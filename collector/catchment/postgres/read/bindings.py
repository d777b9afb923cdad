"""Which version of its inputs a run read, and who wrote it.

The version that the read's `version` facet names; else the latest that was confirmed when the run
began, never its own; where none was, the latest unconfirmed one. For a streaming run, which goes on
reading, it counts when it named the input first.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import asyncpg

from catchment.events.names import from_text
from catchment.lineage.resolve import Flag
from catchment.lineage.versions import named_version_hash
from catchment.postgres.asking import FOREVER_US, Asking
from catchment.postgres.read.details import LATE_WRITES_MAX, RunRow, version_text
from catchment.postgres.read.names import Names, Node


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
    confirmed, else "unconfirmed". `written`: the dataset by the name that it was written under,
    which need not be the one that it was read by; its version is a version of that one.
    """

    dataset: Node
    version: str | None
    writer: Writer | None
    kind: str
    written: Node

    def seen_by(self, sees: Callable[[str], bool]) -> "Binding":
        """The same for who sees some namespaces: of a write under a name elsewhere, nothing."""
        if sees(self.written.namespace):
            return self
        named = self.version if self.kind == "explicit" else None
        return Binding(
            self.dataset, named, None, self.kind if named else "unconfirmed", self.dataset
        )


@dataclass(frozen=True, slots=True)
class Read:
    """A dataset as a run read it that began at `started_us`; `named`: the version it says."""

    run: int
    started_us: int | None
    dataset: Node
    named: str | None = None

    def by(self, as_of_us: int) -> "Read":
        """The same as it was seen then: a run that had not begun reads what there was then."""
        started_us = self.started_us
        if started_us is None or started_us <= as_of_us:
            return self
        return replace(self, started_us=as_of_us)


class _Write(NamedTuple):
    """A row of these queries, and the dataset by the name that was asked about."""

    row: Mapping[str, Any]
    dataset: Node

    @property
    def order(self) -> tuple[int, int, bytes, int]:
        """The greatest is bound; of two names of one write that with the smaller key."""
        row = self.row
        return (row["known"], row["at"], row["uuid"], -int.from_bytes(self.dataset.key))


class Bindings(Asking):
    """Binds reads to versions, for all runs of a level at once."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._names = Names(pool)

    async def of_runs(self, runs: Iterable[RunRow]) -> dict[int, list[Binding]]:
        """Run -> its inputs in the order of their names, each with what was read of it."""
        reads = [read for run in runs for read in reads_of(run)]
        bindings: dict[int, list[Binding]] = {}
        for read, binding in zip(reads, await self.of_reads(reads), strict=True):
            bindings.setdefault(read.run, []).append(binding)
        return bindings

    async def of_reads(self, reads: list[Read], as_of_us: int = FOREVER_US) -> list[Binding]:
        """What each of these reads was bound to, in their order.

        A version that a read names, to who had begun to write it by `as_of_us`.
        """
        names = await self._names_of(reads)
        named = [n for n, read in enumerate(reads) if read.named is not None]
        free = [n for n, read in enumerate(reads) if read.named is None]
        found = await self._bound("writers_of_read_versions", reads, named, names, as_of_us)
        confirmed = await self._bound("confirmed_writes", reads, free, names)
        rest = [n for n in free if n not in confirmed]
        found |= confirmed | await self._bound("unconfirmed_writes", reads, rest, names)
        return [
            _binding(read, found.get(n), inferred=n in confirmed) for n, read in enumerate(reads)
        ]

    async def _names_of(self, reads: list[Read]) -> dict[int, list[Node]]:
        """Place in `reads` -> all names that its dataset had when it was read, if several."""
        asked = {read.dataset.id for read in reads if not read.dataset.alone}
        today = await self._names.others(asked, FOREVER_US) if asked else {}
        if not today:
            return {}
        places = [n for n, read in enumerate(reads) if read.dataset.id in today]
        others = [today[reads[n].dataset.id].names for n in places]
        if await self._names.any_renamed():
            others = await self._names.others_each(
                [(reads[n].dataset.id, _instant(reads[n])) for n in places]
            )
        nodes = await self._names.nodes(False, list(set().union(*others)))
        return {
            n: [reads[n].dataset, *(nodes[name] for name in names)]
            for n, names in zip(places, others, strict=True)
        }

    async def _bound(
        self,
        query: str,
        reads: list[Read],
        chosen: list[int],
        names: Mapping[int, Sequence[Node]],
        as_of_us: int | None = None,
    ) -> dict[int, _Write]:
        """Place in `reads` -> the best write that was found for it, under any name."""
        asked = [(n, node) for n in chosen for node in names.get(n, (reads[n].dataset,))]
        if not asked:
            return {}
        hashes = [named_version_hash(reads[n].named or "") for n, _ in asked]
        more = (LATE_WRITES_MAX,) if as_of_us is None else (hashes, as_of_us)
        rows = await self.ask(
            query,
            [node.id for _, node in asked],
            [reads[n].run for n, _ in asked],
            [reads[n].started_us for n, _ in asked],
            *more,
        )
        best: dict[int, _Write] = {}
        for row in rows:
            n, node = asked[row["n"] - 1]
            write = _Write(row, node)
            if n not in best or write.order > best[n].order:
                best[n] = write
        return best


def bound_us(run: RunRow, dataset: bytes) -> int | None:
    """When what a run read is bound: its start, of a streaming run when it named the input."""
    sight = run.resolved.reads.get(dataset) if run.resolved else None
    return sight.at_us if sight and run.flags & Flag.STREAMING else run.started_us


def reads_of(run: RunRow, datasets: Iterable[bytes] | None = None) -> list[Read]:
    """What a run read, or what it read of these datasets, in the order of their names."""
    resolved = run.resolved
    assert resolved is not None
    named = resolved.named_reads()
    reads = [
        Read(run.id, bound_us(run, key), run.datasets[key], named.get(key))
        for key in (resolved.reads if datasets is None else datasets)
    ]
    return sorted(reads, key=lambda read: read.dataset.order)


def _instant(read: Read) -> int:
    return FOREVER_US if read.started_us is None else read.started_us


def _binding(read: Read, write: _Write | None, *, inferred: bool) -> Binding:
    kind = "explicit" if read.named is not None else "inferred" if inferred else "unconfirmed"
    if write is None:
        return Binding(read.dataset, read.named, None, kind, read.dataset)
    row, dataset = write
    writer = Writer(row["run"], row["uuid"], from_text(row["namespace"]))
    named = from_text(row["version"]) if row["version"] else read.named
    version = version_text(named, writer.uuid, dataset.key)
    return Binding(read.dataset, version, writer, kind, dataset)
