"""Runs: locked, read, merged with what the batch says, and written with all that follows.

The rules are the core's (`lineage.fold`, `lineage.resolve`); here the difference between the row
that stands and the row that should stand becomes arrays for a few statements.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from catchment.events.names import to_text
from catchment.lineage.bags import Bag
from catchment.lineage.fold import RunFold, fold_of_naming, merge
from catchment.lineage.gather import Asserted, DeclaredBag
from catchment.lineage.parents import Stub
from catchment.lineage.resolve import BAD, Resolved, resolve
from catchment.lineage.versions import named_version_hash
from catchment.postgres.folds import bags_in
from catchment.postgres.write.contents import ensure_bags, ensure_io_sets, ensure_uses
from catchment.postgres.write.entities import ensure_edges, ensure_links
from catchment.postgres.write.folds import encode_folds
from catchment.postgres.write.renames import write_renames
from catchment.postgres.write.seldom import write_seldom
from catchment.postgres.write.session import Redo, Session, columns_of
from catchment.postgres.write.state import Locked, Use

Row = Sequence[Any]


@dataclass(slots=True)
class Change:
    """One run before and after this batch. `before` is None for a run that is new."""

    id: int
    uuid: bytes
    fold: RunFold
    after: Resolved
    before: Resolved | None


def runs_wanted(session: Session, asserted: Asserted) -> list[bytes]:
    """The runs that the batch is about, and those that it names in a way that may be news."""
    wanted = set(asserted.runs)
    wanted.update(run for run, stub in asserted.stubs.items() if _news(session, run, stub))
    return list(wanted)


def _news(session: Session, run: bytes, stub: Stub) -> bool:
    """Whether a naming can change anything, by what is committed."""
    known = session.known.stubs.get(run)
    return known is None or (known[1] is not None and stub < known[1])


async def lock_runs(session: Session, runs: list[bytes]) -> list[Row]:
    """Rows of (id, uuid, fold), for a batch that could not lock them when it was opened."""
    return list(await session.fetch("lock_runs", runs)) if runs else []


async def merge_runs(session: Session, asserted: Asserted, locked: Locked) -> list[Change]:
    """What becomes of every run that the batch is about or names; unchanged ones are left out."""
    folds = _incoming(session, asserted, locked)
    new = [uuid for uuid in folds if uuid not in locked]
    ids = dict(zip(new, await session.run_ids(len(new)), strict=True))
    changes = []
    for uuid in sorted(folds):
        if uuid in ids:
            fold = folds[uuid]
            changes.append(Change(ids[uuid], uuid, fold, resolve(fold), None))
            continue
        run_id, stood = locked[uuid]
        fold = merge(stood.fold, folds[uuid])
        if fold != stood.fold:
            changes.append(Change(run_id, uuid, fold, resolve(fold), stood.resolved))
        _learn_stub(session, uuid, run_id, fold)
    for change in changes:
        _learn_stub(session, change.uuid, change.id, change.fold)
    return changes


def _incoming(session: Session, asserted: Asserted, locked: Locked) -> dict[bytes, RunFold]:
    folds = dict(asserted.runs)
    for uuid, stub in asserted.stubs.items():
        known = folds.get(uuid) or (locked[uuid][1].fold if uuid in locked else None)
        if known is not None and known.first_us is not None:
            # A run that speaks for itself: that others name it as well changes no answer.
            folds.setdefault(uuid, RunFold())
        elif uuid in locked or uuid not in session.known.stubs:
            folds[uuid] = fold_of_naming(*stub)
    return folds


def _learn_stub(session: Session, uuid: bytes, run_id: int, fold: RunFold) -> None:
    named = None if fold.first_us is not None else fold.named
    session.known.stubs[uuid] = (run_id, named)


async def write_contents(session: Session, asserted: Asserted, changes: list[Change]) -> None:
    """Whatever the rows of these runs and declarations point to, and the first sights of edges."""
    bags: dict[bytes, Bag] = {}
    for bag in _all_bags(asserted, changes):
        bags.setdefault(bag.hash, bag)
    await ensure_bags(session, bags.values())
    shapes = [share.io_set for change in changes for share in change.after.shares]
    shapes += [declaration.io_set for declaration in asserted.declarations]
    await ensure_io_sets(session, shapes)
    await _ensure_job_versions(session, changes)
    await ensure_uses(session, _uses(session, asserted, changes))
    await ensure_edges(session, asserted.edges)
    await ensure_links(session, asserted.links)


def _all_bags(asserted: Asserted, changes: list[Change]) -> Iterator[Bag]:
    for change in changes:
        yield from bags_in(change.fold)
        for share in change.after.shares:
            yield share.facets
        for run in (change.before, change.after):
            if run is not None:
                for _, bag in run.sightings.values():
                    yield bag
    for declared in asserted.bags:
        yield declared.bag


async def _ensure_job_versions(session: Session, changes: list[Change]) -> None:
    known = session.known.job_versions
    new = {}
    for change in changes:
        version = change.after.job_version
        if version is not None and version not in known:
            new[version] = (session.job_ids[change.after.job],)
    await session.ensure("ensure_job_versions", "find_job_versions", known, new)


def _uses(session: Session, asserted: Asserted, changes: list[Change]) -> Iterator[Use]:
    bag_ids = session.known.bag_ids
    for change in changes:
        for run in (change.before, change.after):
            for (key, direction), (_, bag) in run.sightings.items() if run else ():
                yield session.dataset_ids[key], direction, bag_ids[bag.hash]
        for share in change.after.shares:
            yield session.job_ids[share.job], "j", bag_ids[share.facets.hash]
    for declared in asserted.bags:
        yield _declared_use(session, declared)


def _declared_use(session: Session, declared: DeclaredBag) -> Use:
    known = session.job_ids if declared.is_job else session.dataset_ids
    return known[declared.key], "d", session.known.bag_ids[declared.bag.hash]


async def write_runs(session: Session, changes: list[Change]) -> None:
    """The rows of runs, and what hangs on them."""
    if not changes:
        return
    folds = encode_folds(session, [(change.fold, change.after) for change in changes])
    ancestors = await _ancestors(session, changes)
    runs = [
        _row(session, ancestors, change, fold) for change, fold in zip(changes, folds, strict=True)
    ]
    new, moved = _sightings(session, changes)
    columns = [*columns_of(runs, 18), *columns_of(new, 3), *columns_of(moved, 5)]
    [[written]] = await session.fetch("write_runs", *columns)
    if written < sum(change.before is None for change in changes):
        raise Redo
    await _write_shares(session, changes)
    await _write_versions(session, changes)
    seldom = [
        (one.id, one.before, one.after)
        for one in changes
        if one.after.seldom or (one.before and one.before.seldom)
    ]
    if seldom:
        await write_seldom(session, seldom)
        await write_renames(session, seldom)


async def _ancestors(session: Session, changes: list[Change]) -> dict[bytes, int]:
    """The ids of all parents and roots; each has a row, since every naming makes one."""
    stubs = session.known.stubs
    named = {run.run_id for change in changes for run in change.after.ancestry if run is not None}
    found = {uuid: stub[0] for uuid in named if (stub := stubs.get(uuid)) is not None}
    missing = [uuid for uuid in named if uuid not in found]
    if missing:
        found.update({row["uuid"]: row["id"] for row in await session.fetch("find_runs", missing)})
    return found


def _row(
    session: Session, ancestors: dict[bytes, int], change: Change, fold: bytes
) -> tuple[Any, ...]:
    known = session.known
    run = change.after
    share = run.shares[0] if run.shares else None
    parent, root = run.ancestry
    return (
        change.id,
        change.uuid,
        run.first_us,
        run.last_us,
        run.started_us,
        run.ended_us,
        *run.nominal_us,
        ancestors[parent.run_id] if parent else None,
        ancestors[root.run_id] if root else None,
        session.job_ids[run.job],
        known.io_sets[share.io_set.hash] if share else None,
        known.bag_ids[share.facets.hash] if share else None,
        known.job_versions[run.job_version] if run.job_version else None,
        run.state,
        run.flags,
        fold,
        change.before is None,
    )


async def _write_shares(session: Session, changes: list[Change]) -> None:
    known = session.known
    moved = [c.id for c in changes if c.before is not None and len(c.after.shares) > 1]
    if moved:
        await session.execute("delete_run_jobs", moved)
    rows = [
        (
            change.id,
            session.job_ids[share.job],
            known.io_sets[share.io_set.hash],
            known.bag_ids[share.facets.hash],
            change.after.first_us,
            change.after.ended_us,
            change.after.state,
            change.after.state in BAD,
        )
        for change in changes
        for share in change.after.shares[1:]
    ]
    if rows:
        await session.execute_rows("insert_run_jobs", rows)


def _sightings(session: Session, changes: list[Change]) -> tuple[list[Row], list[Row]]:
    """New ones (use, run, at), and moved ones (with use and time before)."""
    datasets, bag_ids, uses = session.dataset_ids, session.known.bag_ids, session.known.uses
    new: list[Row] = []
    moved: list[Row] = []
    for change in changes:
        before = change.before.sightings if change.before else {}
        for (key, direction), (at_us, bag) in change.after.sightings.items():
            dataset = datasets[key]
            row = (uses[dataset, direction, bag_ids[bag.hash]], change.id, at_us)
            old = before.get((key, direction))
            if old is None:
                new.append(row)
            elif old != (at_us, bag):
                moved.append((*row, uses[dataset, direction, bag_ids[old[1].hash]], old[0]))
    return new, moved


async def _write_versions(session: Session, changes: list[Change]) -> None:
    old, new, unread, read = [], [], [], []
    for change in changes:
        before, after = change.before, change.after
        stood = _versions(session, change.id, before.named_versions() if before else {})
        stands = _versions(session, change.id, after.named_versions())
        old += [row[:3] for row in stood - stands]
        new += list(stands - stood)
        stood = _versions(session, change.id, before.named_reads() if before else {})
        stands = _versions(session, change.id, after.named_reads())
        unread += [row[:3] for row in stood - stands]
        read += [row[:3] for row in stands - stood]
    for statement, rows in (
        ("delete_named_versions", old),
        ("insert_named_versions", new),
        ("delete_named_reads", unread),
        ("insert_named_reads", read),
    ):
        if rows:
            await session.execute_rows(statement, rows)


def _versions(
    session: Session, run: int, named: dict[bytes, str]
) -> set[tuple[int, bytes, int, str]]:
    return {
        (session.dataset_ids[key], named_version_hash(version), run, to_text(version))
        for key, version in named.items()
    }


async def write_declarations(session: Session, asserted: Asserted) -> None:
    """What JobEvents and DatasetEvents say."""
    known = session.known
    rows = [
        (session.job_ids[d.job], d.time_us, d.hash, known.io_sets[d.io_set.hash], *d[4:])
        for d in asserted.declarations
    ]
    if rows:
        await session.execute_rows("insert_declared", rows)
    sightings = [
        (known.uses[_declared_use(session, declared)], declared.time_us)
        for declared in asserted.bags
    ]
    if sightings:
        await session.execute_rows("insert_declared_sightings", sightings)
