"""Names first: namespaces, jobs, datasets and edges that the batch names, with their first sights.

A name whose committed first sight is not later costs nothing. Nothing else is decided here.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from catchment.lineage.gather import Asserted, EdgeKey, Touch
from catchment.postgres.caches import Staged
from catchment.postgres.write.session import Session
from catchment.postgres.write.state import Entity


class Queries(NamedTuple):
    """How one kind of entity is written and found."""

    insert: str
    find: str


_NAMESPACES = Queries("ensure_namespaces", "find_namespaces")
_JOBS = Queries("ensure_jobs", "find_jobs")
_DATASETS = Queries("ensure_datasets", "find_datasets")


async def ensure_names(session: Session, asserted: Asserted) -> None:
    """Afterwards `session.learned` has the id of every namespace, job and dataset named."""
    learned = session.learned
    jobs = _unknown(learned.jobs, asserted.jobs)
    datasets = _unknown(learned.datasets, asserted.datasets)
    await _ensure_namespaces(session, [*jobs, *datasets])
    await _ensure(session, _JOBS, learned.jobs, learned.job_keys, jobs)
    await _ensure(session, _DATASETS, learned.datasets, learned.dataset_keys, datasets)
    session.job_ids.update({key: learned.jobs[key][0] for key in asserted.jobs})
    session.dataset_ids.update({key: learned.datasets[key][0] for key in asserted.datasets})


def _unknown(known: Staged[bytes, Entity], touched: dict[bytes, Touch]) -> list[Touch]:
    """Those that are new, or named earlier than is known so far."""
    unknown = []
    for key, touch in touched.items():
        entity = known.get(key)
        if entity is None or entity[1] > touch.first_us:
            unknown.append(touch)
    return unknown


async def _ensure_namespaces(session: Session, touches: Iterable[Touch]) -> None:
    """A namespace is named by whatever is named in it, so only these can move its first sight."""
    known = session.learned.namespaces
    new: dict[bytes, tuple[int, str]] = {}
    for touch in touches:
        key = touch.name.namespace_key
        first_us = min(touch.first_us, new[key][0]) if key in new else touch.first_us
        entity = known.get(key)
        if entity is None or entity[1] > first_us:
            new[key] = (first_us, touch.name.namespace)
    if new:
        firsts, names = map(list, zip(*new.values(), strict=True))
        await _write(session, _NAMESPACES, known, list(new), [firsts, names])


async def _ensure(
    session: Session,
    queries: Queries,
    known: Staged[bytes, Entity],
    keys: Staged[int, bytes],
    touches: list[Touch],
) -> None:
    if not touches:
        return
    namespaces = session.learned.namespaces
    columns: list[list[Any]] = [
        [touch.first_us for touch in touches],
        [touch.name.name for touch in touches],
        [namespaces[touch.name.namespace_key][0] for touch in touches],
    ]
    names = [touch.name.key for touch in touches]
    await _write(session, queries, known, names, columns)
    for key in names:
        keys.put(known[key][0], key)


async def _write(
    session: Session,
    queries: Queries,
    known: Staged[bytes, Entity],
    keys: list[bytes],
    columns: list[list[Any]],
) -> None:
    ids = await session.row_ids(len(keys))
    await session.execute(queries.insert, ids, keys, *columns)
    for row in await session.fetch(queries.find, keys):
        known.put(row["key"], (row["id"], row["first_at"]))


async def ensure_edges(session: Session, edges: dict[EdgeKey, int]) -> None:
    """First sights of edges; those that are known to be seen earlier cost nothing."""
    known = session.learned.edges
    new = []
    for (job, dataset, direction, basis), first_us in edges.items():
        edge = (session.job_ids[job], session.dataset_ids[dataset], direction, basis)
        seen_us = known.get(edge)
        if seen_us is None or seen_us > first_us:
            known.put(edge, first_us)
            new.append((*edge, first_us))
    if new:
        await session.execute_rows("ensure_edges", new)


def last_sights(session: Session, asserted: Asserted) -> dict[int, int]:
    """Entity -> the latest eventTime that names it, where that moves. Namespaces too."""
    learned = session.learned
    latest: dict[int, int] = {}
    for known, touched in ((learned.jobs, asserted.jobs), (learned.datasets, asserted.datasets)):
        for key, touch in touched.items():
            for entity in (known[key][0], learned.namespaces[touch.name.namespace_key][0]):
                if touch.last_us > latest.get(entity, touch.last_us - 1):
                    latest[entity] = touch.last_us
    moved = {}
    for entity in sorted(latest):
        seen_us = learned.seen.get(entity)
        if seen_us is None or seen_us < latest[entity]:
            moved[entity] = latest[entity]
            learned.seen.put(entity, latest[entity])
    return moved
