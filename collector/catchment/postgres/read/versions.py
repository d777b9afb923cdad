"""Versions: of datasets by their writes, of jobs by what they touch and are.

A write is a run's sighting of its output; its version is the one that its `version` facet names, or
follows from the run. Several runs may write one named version, which stands where the latest did.
"""

from collections.abc import Iterable
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
    """A run that wrote a version: when it named it last, and the namespace of its job."""

    id: int
    uuid: bytes
    at_us: int
    confirmed: bool
    namespace: str

    @property
    def order(self) -> tuple[int, bytes]:
        """The latest write is the greatest."""
        return (self.at_us, self.uuid)


@dataclass(frozen=True, slots=True)
class DatasetVersionRow:
    """A version of a dataset: the run that wrote it last, whole, and all writers, latest first."""

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
        self, dataset: Node, limit: int, offset: int
    ) -> tuple[list[DatasetVersionRow], int, bool]:
        """One page of a dataset's versions, the one written last first, and how many there are.

        Last, whether that is exact: beyond `COUNTED_MAX` writes it is only how far was counted.
        """
        found = await self._writes(dataset.id, offset + limit)
        rows = await self._rows(dataset, found[offset : offset + limit])
        [counted] = await self.ask("count_versions_of_dataset", dataset.id, COUNTED_MAX)
        if counted["n"] < COUNTED_MAX:
            return rows, counted["n"] - counted["again"], True
        # One more than is known of, so that a client that pages by the total asks on.
        more = offset + len(rows) + (0 < limit == len(rows))
        return rows, max(COUNTED_MAX, more), False

    async def _writes(self, dataset: int, wanted: int) -> list[_Write]:
        """The newest versions, by their latest write."""
        found: list[_Write] = []
        met: set[bytes] = set()
        before_us = FOREVER_US
        while len(found) < wanted:
            window = min(max(wanted - len(found), 10), _WINDOW_ROWS_MAX)
            rows = await self.ask("writes_of_dataset", dataset, before_us, window)
            for row in sorted(rows, key=lambda row: (row["at"], row["uuid"]), reverse=True):
                if row["named"] is None or row["named"] not in met:
                    found.append(_Write(row["run"], row["uuid"], row["at"], row["named"]))
                    met.add(row["named"] or b"")
            if len(rows) < window:
                break
            before_us = rows[-1]["at"]
        return found

    async def _rows(self, dataset: Node, writes: list[_Write]) -> list[DatasetVersionRow]:
        runs = await self._details.runs([write.run for write in writes])
        named = {write.named for write in writes if write.named is not None}
        writers = await self.writers(dataset.id, named)
        return [
            DatasetVersionRow(
                dataset,
                runs[write.run],
                writers[write.named] if write.named else [_only(runs[write.run], write.at_us)],
            )
            for write in writes
        ]

    async def writers(self, dataset: int, named: Iterable[bytes]) -> dict[bytes, list[Writer]]:
        """Hash of a named version -> who wrote it, latest first."""
        hashes = list(named)
        rows = await self.ask("writers_of_versions", dataset, hashes) if hashes else []
        found: dict[bytes, list[Writer]] = {}
        for row in rows:
            confirmed = _confirms(row["state"], row["flags"])
            namespace = from_text(row["namespace"])
            writer = Writer(row["id"], row["uuid"], row["at"], confirmed, namespace)
            found.setdefault(row["hash"], []).append(writer)
        for writers in found.values():
            writers.sort(key=lambda writer: writer.order, reverse=True)
        return found

    async def one_of_dataset(
        self, dataset: Node, version: str, derived: bytes | None
    ) -> DatasetVersionRow | None:
        """The version of that name; or else the one of that id (`derived`), if no name hides it."""
        key = named_version_hash(version)
        writers = (await self.writers(dataset.id, [key])).get(key)
        if writers:
            latest = writers[0]
            [row] = await self._rows(dataset, [_Write(latest.id, latest.uuid, latest.at_us, key)])
            return row
        run = await self._details.run(version_id(derived, dataset.key)) if derived else None
        resolved = run.resolved if run else None
        if run is None or resolved is None or dataset.key not in resolved.writes:
            return None
        if dataset.key in resolved.named_versions():
            return None
        return DatasetVersionRow(dataset, run, [_only(run, resolved.writes[dataset.key].at_us)])

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


def _only(run: RunRow, at_us: int) -> Writer:
    confirmed = _confirms(run.state, run.flags)
    return Writer(run.id, run.uuid, at_us, confirmed, run.job.namespace)


def _confirms(state: int, flags: int) -> bool:
    """Whether a run's writes are confirmed: it completed, or nobody waits for its end."""
    return state == State.COMPLETED or bool(flags & Flag.STREAMING)
