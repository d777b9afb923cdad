"""Names first: namespaces, jobs, datasets, sources, edges that a batch names, with first sights.

A name whose committed first sight is not later costs nothing. Nothing else is decided here.
"""

from collections.abc import Iterable
from typing import NamedTuple

from catchment.lineage.gather import Asserted, EdgeKey, LinkKey, Touch
from catchment.lineage.keys import Name
from catchment.postgres.caches import Cache
from catchment.postgres.write.aliases import join_aliases
from catchment.postgres.write.session import Named, Session
from catchment.postgres.write.state import Entity


class Queries(NamedTuple):
    """How jobs or datasets are written, found, and moved to an earlier first sight."""

    insert: str
    find: str
    move: str


_JOBS = Queries("ensure_jobs", "find_jobs", "move_jobs")
_DATASETS = Queries("ensure_datasets", "find_datasets", "move_datasets")


async def ensure_names(session: Session, asserted: Asserted) -> None:
    """Afterwards `session` has the id of every namespace, job and dataset named."""
    known = session.known
    jobs = _unknown(known.jobs, asserted.jobs)
    datasets = _unknown(known.datasets, asserted.datasets)
    if jobs or datasets:
        await _ensure_namespaces(session, [*jobs, *datasets])
        await _ensure(session, _JOBS, known.jobs, known.job_keys, jobs)
        await _ensure(session, _DATASETS, known.datasets, known.dataset_keys, datasets)
    await join_aliases(session, asserted)
    await _ensure_sources(session, asserted)
    session.job_ids.update({key: known.jobs[key].id for key in asserted.jobs})
    session.dataset_ids.update({key: known.datasets[key].id for key in asserted.datasets})


def _unknown(known: Cache[bytes, Entity], touched: dict[bytes, Touch[Name]]) -> list[Touch[Name]]:
    """Those that are new, or named earlier than is known so far."""
    unknown = []
    for key, touch in touched.items():
        entity = known.get(key)
        if entity is None or entity.first_us > touch.first_us:
            unknown.append(touch)
    return unknown


async def _ensure_namespaces(session: Session, touches: Iterable[Touch[Name]]) -> None:
    """A namespace is named by whatever is named in it, so only these can move its first sight."""
    known = session.known.namespaces
    new: dict[bytes, tuple[int, str]] = {}
    for touch in touches:
        key = touch.what.namespace_key
        first_us = min(touch.first_us, new[key][0]) if key in new else touch.first_us
        entity = known.get(key)
        if entity is None or entity.first_us > first_us:
            new[key] = (first_us, touch.what.namespace)
    if new:
        firsts, names = map(list, zip(*new.values(), strict=True))
        ids = await session.row_ids(len(new))
        await session.execute("ensure_namespaces", ids, list(new), firsts, names)
        for row in await session.fetch("find_namespaces", list(new)):
            _learn(known, row["key"], row["id"], row["first_at"], None)


async def _ensure(
    session: Session,
    queries: Queries,
    known: Cache[bytes, Entity],
    keys: Cache[int, bytes],
    touches: list[Touch[Name]],
) -> None:
    if not touches:
        return
    namespaces = session.known.namespaces
    spaces = {touch.what.key: namespaces[touch.what.namespace_key] for touch in touches}
    firsts = {touch.what.key: touch.first_us for touch in touches}
    added = await _insert(session, queries, touches, spaces)
    for key, row_id in added.items():
        _learn(known, key, row_id, firsts[key], spaces[key])
        session.named.append(Named(queries is _JOBS, spaces[key].id, None, firsts[key]))
    others = [key for key in spaces if key not in added]
    found = await session.fetch(queries.find, others) if others else []
    for key, row_id, first_us in found:
        _learn(known, key, row_id, min(first_us, firsts[key]), spaces[key])
    keys.update({known[key].id: key for key in spaces})
    earlier = {row_id: key for key, row_id, first_us in found if first_us > firsts[key]}
    if earlier:
        moved = await session.fetch(
            queries.move, list(earlier), [firsts[k] for k in earlier.values()]
        )
        for row_id, old_us in moved:
            key = earlier[row_id]
            named = Named(queries is _JOBS, spaces[key].id, old_us, firsts[key])
            session.named.append(named)


async def _insert(
    session: Session, queries: Queries, touches: list[Touch[Name]], spaces: dict[bytes, Entity]
) -> dict[bytes, int]:
    """Key -> id of those that were new; what somebody else has written meanwhile is not."""
    ids = dict(zip(spaces, await session.row_ids(len(spaces)), strict=True))
    rows = await session.fetch(
        queries.insert,
        list(ids.values()),
        list(ids),
        [touch.first_us for touch in touches],
        [touch.what.name for touch in touches],
        [namespace.id for namespace in spaces.values()],
    )
    return {row["key"]: ids[row["key"]] for row in rows}


async def _ensure_sources(session: Session, asserted: Asserted) -> None:
    """After the datasets that show them, whose namespaces are known by then."""
    known = session.known.sources
    new = {}
    for key, touch in asserted.sources.items():
        entity = known.get(key)
        if entity is None or entity.first_us > touch.first_us:
            new[key] = touch
    if not new:
        return
    datasets = session.known.datasets
    spaces = {}
    for key, touch in new.items():
        space = datasets[touch.what.dataset.key].namespace
        assert space is not None  # every dataset lies in one
        spaces[key] = space
    await session.execute(
        "ensure_sources",
        await session.row_ids(len(new)),
        list(new),
        [touch.first_us for touch in new.values()],
        [touch.what.name for touch in new.values()],
        [touch.what.uri for touch in new.values()],
        [space.id for space in spaces.values()],
    )
    for key, row_id, first_us in await session.fetch("find_sources", list(new)):
        _learn(known, key, row_id, first_us, spaces[key])


def _learn(
    known: Cache[bytes, Entity], key: bytes, row_id: int, first_us: int, namespace: Entity | None
) -> None:
    entity = known.get(key)
    if entity is None:
        known[key] = Entity(row_id, first_us, namespace)
    else:
        entity.first_us = first_us


async def ensure_edges(session: Session, edges: dict[EdgeKey, int]) -> None:
    """First sights of edges; those that are known to be seen earlier cost nothing."""
    known = session.known.edges
    job_ids, dataset_ids = session.job_ids, session.dataset_ids
    new = []
    for (job, dataset, direction, basis), first_us in edges.items():
        edge = (job_ids[job], dataset_ids[dataset], direction, basis)
        seen_us = known.get(edge)
        if seen_us is None or seen_us > first_us:
            known[edge] = first_us
            new.append((*edge, first_us))
    if new:
        await session.execute_rows("ensure_edges", new)


async def ensure_links(session: Session, links: dict[LinkKey, int]) -> None:
    """First sights of links between jobs, as those of edges."""
    known = session.known.links
    new = []
    for key, first_us in links.items():
        seen_us = known.get(key)
        if seen_us is None or seen_us > first_us:
            known[key] = first_us
            origin, destination = session.job_ids[key.origin], session.job_ids[key.destination]
            # 0 is no id; a key has no place for null.
            output = session.dataset_ids[key.output] if key.output else 0
            new.append((origin, destination, key.kind, output, first_us))
    if new:
        await session.execute_rows("ensure_links", new)


def last_sights(session: Session, asserted: Asserted) -> dict[int, int]:
    """Entity -> the latest eventTime that names it, where it moves. Of namespaces and sources."""
    moved: dict[int, int] = {}
    known = session.known
    for entities, touched in ((known.jobs, asserted.jobs), (known.datasets, asserted.datasets)):
        for key, touch in touched.items():
            entity = entities[key]
            for named in (entity, entity.namespace):
                if named is not None and (named.last_us is None or named.last_us < touch.last_us):
                    moved[named.id] = named.last_us = touch.last_us
    for key, shown in asserted.sources.items():
        source = known.sources[key]
        if source.last_us is None or source.last_us < shown.last_us:
            moved[source.id] = source.last_us = shown.last_us
    return dict(sorted(moved.items()))
