"""The log as it stands: entries in order, their bytes, and the dead letters."""

import json
from dataclasses import dataclass
from typing import Any

from catchment.events.model import EventType
from catchment.events.names import from_text, stored_namespaces
from catchment.lineage.ports import Kind, Source
from catchment.postgres.asking import Asking
from catchment.postgres.blobs import unpack
from catchment.postgres.write.log import whole_hash

_TYPES = tuple(EventType)
# Beyond this many a run is looked up for each event, which then seldom is in vain.
_FEW_RUNS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry. Times in µs; names as they were emitted."""

    seq: int
    kind: Kind
    logged_us: int
    event_us: int | None
    event_type: str | None
    run_id: bytes | None
    job: tuple[str, str] | None
    dataset: tuple[str, str] | None
    source: Source
    sha256: bytes
    problems: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class About:
    """Entries to be picked: those with one of these subjects (jobs or datasets, by id).

    Of them only those of `run`, or only those that have to do with `near`, where one is given.
    """

    subjects: list[int]
    run: int | None = None
    near: "Near | None" = None


@dataclass(frozen=True, slots=True)
class Near:
    """A dataset, the io-sets that have it, and the runs that have those; None if they are many."""

    dataset: int
    io_sets: list[int]
    runs: list[int] | None


@dataclass(frozen=True, slots=True)
class ProducerRow:
    """A producer: how many events, the latest eventTime (µs), how many had problems."""

    uri: str
    events: int
    last_us: int
    problems: int


class Log(Asking):
    """Reads the log."""

    async def entries(
        self, after: int, kinds: list[int] | None, limit: int, about: About | None = None
    ) -> list[LogEntry]:
        """Entries with a greater seq than `after`, in order; all, or those that are picked."""
        if about is None:
            rows = await self.ask("list_entries", after, kinds, limit)
        else:
            seqs = await self._seqs(after, kinds, limit, about)
            rows = await self.ask("entries_by_seq", seqs) if seqs else []
        return [_entry(row) for row in rows]

    async def _seqs(
        self, after: int, kinds: list[int] | None, limit: int, about: About
    ) -> list[int]:
        picked = (about.subjects, after, kinds, limit)
        near = about.near
        if near is not None:
            given = (near.dataset, near.io_sets, near.runs)
            rows = await self.ask("seqs_about_dataset", *picked, *given)
        elif about.run is not None:
            rows = await self.ask("seqs_of_run", *picked, about.run)
        else:
            rows = await self.ask("seqs_of_subjects", *picked)
        return [row["seq"] for row in rows]

    async def about_dataset(self, dataset: int) -> About:
        """Events about a dataset: its own, and those of runs and jobs that have to do with it."""
        rows = await self.ask("io_sets_of_dataset", dataset)
        io_sets = [row["id"] for row in rows]
        beside = await self.ask("jobs_beside_io_sets", io_sets)
        runs = await self.ask("some_runs_of_io_sets", io_sets, _FEW_RUNS_MAX + 1)
        few = [row["id"] for row in runs] if len(runs) <= _FEW_RUNS_MAX else None
        jobs = {row["job"] for row in (*rows, *beside)}
        return About([dataset, *sorted(jobs)], near=Near(dataset, io_sets, few))

    async def about_run(self, uuid: bytes) -> About | None:
        """Events of a run, under whatever job; None if it was never named."""
        rows = await self.ask("jobs_of_run", uuid)
        return About([row["job"] for row in rows], run=rows[0]["run"]) if rows else None

    async def body(self, seq: int) -> bytes | None:
        """An entry's bytes as they were received; None if there is no such entry."""
        rows = await self.ask("blob_of_entry", seq)
        if not rows:
            return None
        [row] = rows
        body: bytes = unpack(row["bodies"])[row["n"] - row["first"]]
        return body

    async def dead_letters(self, after: int, limit: int) -> list[dict[str, Any]]:
        """Dead letters with a greater seq than `after`, in order."""
        rows = await self.ask("list_dead_letters", after, limit)
        return [
            {**row, "reason": from_text(row["reason"]), "detail": _loads(row["detail"])}
            for row in rows
        ]

    async def producers(
        self, namespaces: list[str] | None, limit: int, offset: int
    ) -> list[ProducerRow]:
        """Who made the events about what is in these namespaces (or any), seen last first."""
        spaces = stored_namespaces(namespaces)
        rows = await self.ask("list_producers", spaces, limit, offset)
        return [
            ProducerRow(from_text(row["uri"]), row["events"], row["last_at"], row["problems"])
            for row in rows
        ]

    async def length(self) -> int:
        """How many entries the log has."""
        length: int = await self.ask_one("next_seq")
        return length

    async def last_logged_us(self) -> int:
        """When the last entry was logged, in µs."""
        logged_us: int = await self.ask_one("last_logged")
        return logged_us


def _entry(row: Any) -> LogEntry:
    return LogEntry(
        seq=row["seq"],
        kind=Kind(row["kind"]),
        logged_us=row["logged_at"],
        event_us=row["at"],
        event_type=None if row["type"] is None else _TYPES[row["type"]].value,
        run_id=row["run"],
        job=_name(row["job_namespace"], row["job"]),
        dataset=_name(row["dataset_namespace"], row["dataset"]),
        source=Source(row["source"]),
        sha256=whole_hash(row["key"], row["sha256"]),
        problems=_loads(row["problems"]) if row["problems"] else [],
    )


def _loads(text: str) -> Any:
    """JSON whose strings were escaped as names are, so that the database could hold them."""

    def plain(members: dict[str, Any]) -> dict[str, Any]:
        return {k: from_text(v) if isinstance(v, str) else v for k, v in members.items()}

    return json.loads(text, object_hook=plain)


def _name(namespace: str | None, name: str | None) -> tuple[str, str] | None:
    return None if namespace is None or name is None else (from_text(namespace), from_text(name))
