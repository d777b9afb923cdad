"""Versions: of datasets by their writes, of jobs by what they touch and are.

A write is a run's sighting of its output; its version is the one that its `version` facet names, or
follows from the run. Several runs may write one named version, which stands where the latest did.
All names of a dataset have their versions together; which names there are, whoever asks says.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import asyncpg

from catchment.events.names import from_text
from catchment.lineage.resolve import Flag, State
from catchment.lineage.versions import named_version_hash, version_id
from catchment.postgres.asking import FOREVER_US, Asking
from catchment.postgres.read.details import Details, RunRow
from catchment.postgres.read.names import Node

COUNTED_MAX = 10_000
_WINDOW_ROWS_MAX = 4_000


@dataclass(frozen=True, slots=True)
class Writer:
    """A run that wrote a version: when it named it last, and the namespace of its job.

    `dataset`: by the name that it was written under.
    """

    dataset: Node
    id: int
    uuid: bytes
    at_us: int
    confirmed: bool
    namespace: str


@dataclass(frozen=True, slots=True)
class DatasetVersionRow:
    """A version of a dataset: the run that wrote it last, whole, and all writers, latest first.

    `dataset`: by the name that it was written under, the last time.
    """

    dataset: Node
    run: RunRow
    writers: list[Writer]

    @property
    def confirmed(self) -> bool:
        """Whether one of its writers completed, or is streaming."""
        return any(writer.confirmed for writer in self.writers)


@dataclass(frozen=True, slots=True)
class JobVersionRow:
    """A version of a job: its latest run, whole, and when the first one with it started."""

    job: Node
    hash: bytes
    first_us: int
    run: RunRow


@dataclass(slots=True)
class _Write:
    """One write as it stands in the list: by run id, or for all writes of a named version."""

    dataset: Node
    run: int
    uuid: bytes
    at_us: int
    named: bytes | None


class Versions(Asking):
    """Asks for versions."""

    def __init__(self, pool: asyncpg.Pool, details: Details) -> None:
        super().__init__(pool)
        self._details = details

    async def of_dataset(
        self, names: Collection[Node], limit: int, offset: int
    ) -> tuple[list[DatasetVersionRow], int, bool]:
        """One page of the versions of a dataset with these names, the one written last first.

        Then how many there are.
        Last, whether that is exact: beyond `COUNTED_MAX` writes it is only how far was counted.
        """
        nodes = {node.id: node for node in names}
        found = await self._writes(nodes, offset + limit)
        rows = await self._rows(nodes, found[offset : offset + limit])
        [counted] = await self.ask("count_versions_of_dataset", list(nodes), COUNTED_MAX)
        if counted["n"] < COUNTED_MAX:
            return rows, counted["n"] - counted["again"], True
        # One more than is known of, so that a client that pages by the total asks on.
        more = offset + len(rows) + (0 < limit == len(rows))
        return rows, max(COUNTED_MAX, more), False

    async def _writes(self, names: Mapping[int, Node], wanted: int) -> list[_Write]:
        """The newest versions, by their latest write."""
        found: list[_Write] = []
        met: set[bytes] = set()
        before_us = FOREVER_US
        while len(found) < wanted:
            window = min(max(wanted - len(found), 10), _WINDOW_ROWS_MAX)
            rows = await self.ask("writes_of_dataset", list(names), before_us, window)
            writes = [
                _Write(names[row["dataset"]], row["run"], row["uuid"], row["at"], row["named"])
                for row in rows
            ]
            for write in sorted(writes, key=_latest_first):
                if write.named is None or write.named not in met:
                    found.append(write)
                    met.add(write.named or b"")
            if len(rows) < window:
                break
            before_us = rows[-1]["at"]
        return found

    async def _rows(
        self, names: Mapping[int, Node], writes: list[_Write]
    ) -> list[DatasetVersionRow]:
        runs = await self._details.runs([write.run for write in writes])
        named = {write.named for write in writes if write.named is not None}
        writers = await self._writers(names, named)
        return [
            DatasetVersionRow(
                write.dataset,
                runs[write.run],
                writers[write.named] if write.named else [_only(write, runs[write.run])],
            )
            for write in writes
        ]

    async def _writers(
        self, names: Mapping[int, Node], named: Iterable[bytes]
    ) -> dict[bytes, list[Writer]]:
        """Hash of a named version -> who wrote it, latest first; each run once."""
        hashes = list(named)
        rows = await self.ask("writers_of_versions", list(names), hashes) if hashes else []
        found: dict[bytes, list[Writer]] = {}
        for row in rows:
            confirmed = _confirms(row["state"], row["flags"])
            namespace = from_text(row["namespace"])
            node = names[row["dataset"]]
            writer = Writer(node, row["id"], row["uuid"], row["at"], confirmed, namespace)
            found.setdefault(row["hash"], []).append(writer)
        return {
            named: _once(sorted(several, key=_latest_first)) for named, several in found.items()
        }

    async def one_of_dataset(
        self, names: Collection[Node], version: str, derived: bytes | None
    ) -> DatasetVersionRow | None:
        """The version of that name; or else the one of that id (`derived`), if no name hides it."""
        key = named_version_hash(version)
        nodes = {node.id: node for node in names}
        writers = (await self._writers(nodes, [key])).get(key)
        if writers:
            last = writers[0]
            write = _Write(last.dataset, last.id, last.uuid, last.at_us, key)
            [row] = await self._rows(nodes, [write])
            return row
        return await self._derived(names, derived) if derived else None

    async def _derived(self, names: Collection[Node], derived: bytes) -> DatasetVersionRow | None:
        """The version without a name that has this id, under the name that its run wrote."""
        by_run = {version_id(derived, node.key): node for node in names}
        found: list[tuple[_Write, RunRow]] = []
        for run in await self._details.runs_by_uuid(list(by_run)):
            node, resolved = by_run[run.uuid], run.resolved
            assert resolved is not None
            if node.key in resolved.writes and node.key not in resolved.named_versions():
                at_us = resolved.writes[node.key].at_us
                found.append((_Write(node, run.id, run.uuid, at_us, None), run))
        if not found:
            return None
        # Ids of runs can be made so that two of them give one id; the latest write has it then.
        write, run = min(found, key=lambda one: _latest_first(one[0]))
        return DatasetVersionRow(write.dataset, run, [_only(write, run)])

    async def of_job(self, job: Node, limit: int, offset: int) -> tuple[list[JobVersionRow], int]:
        """One page of a job's versions, newest first, and how many there are."""
        rows = await self._job_versions(job, None, limit, offset)
        return rows, await self.ask_one("count_versions_of_job", job.id)

    async def one_of_job(self, job: Node, version: bytes) -> JobVersionRow | None:
        """One version of a job."""
        rows = await self._job_versions(job, version, 1, 0)
        return rows[0] if rows else None

    async def _job_versions(
        self, job: Node, version: bytes | None, limit: int, offset: int
    ) -> list[JobVersionRow]:
        found = await self.ask("versions_of_job", job.id, version, limit, offset)
        runs = await self._details.runs([row["run"] for row in found])
        return [JobVersionRow(job, row["hash"], row["first_at"], runs[row["run"]]) for row in found]


def _latest_first(write: _Write | Writer) -> tuple[int, int, bytes]:
    """Of two names that one run wrote at one instant, the one with the smaller key is first."""
    return (-write.at_us, -int.from_bytes(write.uuid), write.dataset.key)


def _once(writers: list[Writer]) -> list[Writer]:
    """Each run once, by the first of its writes."""
    first: dict[int, Writer] = {}
    for writer in writers:
        first.setdefault(writer.id, writer)
    return list(first.values())


def _only(write: _Write, run: RunRow) -> Writer:
    confirmed = _confirms(run.state, run.flags)
    return Writer(write.dataset, run.id, run.uuid, write.at_us, confirmed, run.job.namespace)


def _confirms(state: int, flags: int) -> bool:
    """Whether a run's writes are confirmed: it completed, or nobody waits for its end."""
    return state == State.COMPLETED or bool(flags & Flag.STREAMING)
