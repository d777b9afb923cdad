"""The end of a batch: problems, bodies, and the head row that numbers everything.

The head row is taken by the last statement and held to COMMIT, with nothing in between.
"""

import json
from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from catchment.errors import Problem
from catchment.events.model import EventType
from catchment.events.names import to_text
from catchment.lineage.assertion import ReadEvent
from catchment.lineage.ports import ControlEntry, DeadEntry, Entry, EventEntry, Kind, Source
from catchment.postgres.blobs import Blobs, start_packing
from catchment.postgres.write.controls import write_control
from catchment.postgres.write.producers import producer_columns
from catchment.postgres.write.session import Session
from catchment.postgres.write.tally import write_tally

_TYPES = {kind: number for number, kind in enumerate(EventType)}
_TIME_BITS = 48
_KEY_HASH_BYTES = 10
_MS_OFFSET = 1 << (_TIME_BITS - 1)


def event_key(time_us: int, digest: bytes) -> bytes:
    """48 bits of eventTime in ms (shifted, so that times before 1970 sort), 80 bits of the hash."""
    shifted = (time_us // 1000 + _MS_OFFSET) & ((1 << _TIME_BITS) - 1)
    return shifted.to_bytes(6) + digest[:_KEY_HASH_BYTES]


def whole_hash(key: bytes | None, rest: bytes) -> bytes:
    """The hash of an entry from its row: a key ends with the hash's first bytes."""
    return rest if key is None else key[-_KEY_HASH_BYTES:] + rest


@dataclass(slots=True)
class Opened:
    """What a batch knows first: its id, what the log has of its keys, and its runs.

    `known`: (key, hash) -> seq. `runs`: rows of (id, uuid, fold), locked; none if any is known.
    """

    id: int
    known: dict[tuple[bytes, bytes], int]
    runs: list[Sequence[Any]]


async def open_batch(session: Session, keys: Sequence[bytes], runs: Sequence[bytes]) -> Opened:
    """Begin a batch about these events and runs; caches of another epoch are cleared."""
    opened = Opened(0, {}, [])
    for what, row_id, uuid, content in await session.fetch("open_batch", keys, runs):
        if what == "run":
            opened.runs.append((row_id, uuid, content))
        elif what == "repeat":
            opened.known[uuid, whole_hash(uuid, content)] = row_id
        elif what == "batch":
            opened.id = row_id
        elif row_id != session.known.epoch:
            session.known.clear(epoch=row_id)
    return opened


@dataclass(frozen=True, slots=True)
class Head:
    """What the head row said: the first seq of this batch, when, and the epoch of caches."""

    first_seq: int
    logged_at_us: int
    graph_epoch: int


async def write_problems(session: Session, batch: int, entries: Sequence[Entry]) -> None:
    """What was wrong with entries that are accepted all the same."""
    problems = [
        (n, json.dumps(_storable(entry.event.problems)))
        for n, entry in enumerate(entries)
        if isinstance(entry, EventEntry) and entry.event.problems
    ]
    if problems:
        numbers, texts = map(list, zip(*problems, strict=True))
        await session.execute("insert_problems", batch, numbers, texts)


def start_packing_bodies(entries: Sequence[Entry]) -> Future[Blobs]:
    """Begin to pack the bytes that the log keeps of some entries; `append` wants them."""
    return start_packing(
        [entry.event.body if isinstance(entry, EventEntry) else entry.body for entry in entries]
    )


async def append(
    session: Session,
    batch: int,
    received_at_us: int,
    entries: Sequence[Entry],
    packing: Future[Blobs],
    keys: Sequence[bytes | None],
    seen: dict[int, int],
    run_ids: dict[bytes, int],
) -> Head:
    """Number the entries; write log and bodies. `keys[i]`: the event key of entry i, if any."""
    rows = [_row(session, *each, run_ids) for each in zip(entries, keys, strict=True)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    jobs = set(session.job_ids.values())
    ns, packed = zip(*await packing, strict=True)
    [row] = await session.fetch(
        "append_batch",
        batch,
        received_at_us,
        list(keys),
        *columns,
        list(seen),
        list(seen.values()),
        list(ns),
        list(packed),
        [entity in jobs for entity in seen],
        *producer_columns(session, entries),
    )
    head = Head(row["first_seq"], row["logged_at"], row["graph_epoch"])
    await write_tally(session, head.first_seq, len(entries))
    return head


def _row(
    session: Session, entry: Entry, key: bytes | None, run_ids: dict[bytes, int]
) -> tuple[Any, ...]:
    """at, run, subject, kind, source, type, sha256."""
    if isinstance(entry, EventEntry):
        event = entry.event
        return (
            event.time_us,
            run_ids[event.run_id] if event.run_id is not None else None,
            _subject(session, event),
            Kind.EVENT,
            entry.source,
            _TYPES[event.type] if event.type else None,
            event.sha256 if key is None else event.sha256[_KEY_HASH_BYTES:],
        )
    kind = Kind.DEAD_LETTER if isinstance(entry, DeadEntry) else entry.kind
    source = entry.source if isinstance(entry, DeadEntry) else Source.CONTROL
    return (None, None, None, kind, source, None, sha256(entry.body).digest())


def _subject(session: Session, event: ReadEvent) -> int | None:
    if event.job is not None:
        return session.job_ids[event.job.name.key]
    return session.dataset_ids[event.dataset.name.key] if event.dataset else None


async def write_others(session: Session, head: Head, entries: Sequence[Entry]) -> None:
    """The rows of dead letters and control entries, now that their seq is known."""
    for seq, entry in enumerate(entries, head.first_seq):
        if isinstance(entry, DeadEntry):
            await session.execute("insert_dead", *_dead_row(seq, entry))
        elif isinstance(entry, ControlEntry):
            await write_control(session, seq, head.logged_at_us, entry)


def _dead_row(seq: int, entry: DeadEntry) -> tuple[Any, ...]:
    detail = {
        key: to_text(value) if isinstance(value, str) else value
        for key, value in entry.detail.items()
    }
    text = json.dumps({**detail, "problems": _storable(entry.problems)})
    digest = sha256(entry.body).digest()
    return (digest, seq, 1, entry.source, to_text(entry.reason), text, entry.body)


def _storable(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Names in pointers may hold what neither text nor jsonb can: escaped as other names are."""
    return [
        {"pointer": to_text(problem.pointer), "reason": to_text(problem.reason)}
        for problem in problems
    ]
