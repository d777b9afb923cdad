"""Rows that only some runs have: writes of streams, changes of datasets as a whole, snapshots.

They follow from a run's fold. Where they are not what they were, all of that run's are written
anew; a run that has none before and after costs nothing but the look.
"""

from collections.abc import Callable, Iterable
from typing import Any

from catchment.lineage.fold import Snapshot
from catchment.lineage.resolve import Resolved
from catchment.postgres.write.session import Session

Row = tuple[Any, ...]
Changed = tuple[int, Resolved | None, Resolved]
"""A run's id, and what it was and is; None for a new one."""


async def write_seldom(session: Session, changed: list[Changed]) -> None:
    """Whatever of these hangs on runs that changed."""
    for delete, insert, said, rows in _TABLES:
        new: list[Row] = []
        stale: list[int] = []
        for run, before, after in changed:
            is_said, was_said = said(after), said(before) if before else None
            if is_said == was_said or not (is_said or was_said):
                continue
            if was_said:
                stale.append(run)
            new += rows(session, run, after)
        if stale:
            await session.execute(delete, stale)
        if new:
            await session.execute_rows(insert, new)


def _stream_rows(session: Session, run: int, resolved: Resolved) -> Iterable[Row]:
    for key, (first_us, at_us) in resolved.stream_writes().items():
        yield run, session.dataset_ids[key], first_us, at_us


def _changed(resolved: Resolved) -> tuple[int | None, dict[bytes, str]] | None:
    changes = {key: change.change for key, change in resolved.changes().items()}
    return (resolved.ended_us, changes) if changes else None


def _change_rows(session: Session, run: int, resolved: Resolved) -> Iterable[Row]:
    for key, change in resolved.changes().items():
        yield run, session.dataset_ids[key], resolved.ended_us, change.change


def _snapshots(resolved: Resolved) -> list[tuple[bytes, Snapshot]]:
    return [(one.io_set.hash, one.snapshot) for one in resolved.shares if one.snapshot is not None]


def _snapshot_rows(session: Session, run: int, resolved: Resolved) -> Iterable[Row]:
    for share in resolved.shares:
        if share.snapshot is not None:
            io_set = session.known.io_sets[share.io_set.hash]
            sides = (share.snapshot.inputs, share.snapshot.outputs)
            members = [_array(session, side) for side in sides]
            yield run, session.job_ids[share.job], share.snapshot.time_us, io_set, *members


def _array(session: Session, keys: Iterable[bytes]) -> str:
    return "{" + ",".join(str(session.dataset_ids[key]) for key in keys) + "}"


_TABLES: list[
    tuple[
        str,
        str,
        Callable[[Resolved], Any],
        Callable[[Session, int, Resolved], Iterable[Row]],
    ]
] = [
    ("delete_stream_writes", "insert_stream_writes", Resolved.stream_writes, _stream_rows),
    ("delete_lifecycles", "insert_lifecycles", _changed, _change_rows),
    ("delete_snapshots", "insert_snapshots", _snapshots, _snapshot_rows),
]
