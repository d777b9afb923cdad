"""Folds of locked runs, read and written by one batch. What was written lately is not read again.

A fold's bytes mean the same for a whole `graph_epoch`: what they mean is remembered by them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from catchment.lineage.bags import EMPTY
from catchment.lineage.fold import Part, RunFold
from catchment.lineage.resolve import Resolved, resolve
from catchment.postgres.contents import bags_of_rows
from catchment.postgres.folds import Builder, Encoder, References, unpack
from catchment.postgres.write.session import Session
from catchment.postgres.write.state import Held

Row = Sequence[Any]


async def read_folds(session: Session, rows: Sequence[Row]) -> dict[bytes, tuple[int, Held]]:
    """Run -> its id and its fold, of locked runs: rows of (id, uuid, fold's bytes).

    Afterwards `session` has the id of every job and dataset that these folds name.
    """
    known = session.known.folds
    unread = [packed for _, _, packed in rows if packed not in known]
    if unread:
        known.update(await _read(session, unread))
    found: dict[bytes, tuple[int, Held]] = {}
    for run_id, uuid, packed in rows:
        held = known[packed]
        session.job_ids.update(held.jobs)
        session.dataset_ids.update(held.datasets)
        found[uuid] = (run_id, held)
    return found


async def _read(session: Session, unread: Sequence[bytes]) -> dict[bytes, Held]:
    raws = [unpack(packed) for packed in unread]
    references = References()
    for raw in raws:
        references.add(raw)
    builder = await _builder(session, references)
    folds = [builder.build(raw) for raw in raws]
    jobs = {key: row_id for row_id, key in builder.jobs.items()}
    datasets = {key: row_id for row_id, key in builder.datasets.items()}
    return {
        packed: _held(fold, resolve(fold), jobs, datasets)
        for packed, fold in zip(unread, folds, strict=True)
    }


def _held(
    fold: RunFold, resolved: Resolved, jobs: dict[bytes, int], datasets: dict[bytes, int]
) -> Held:
    named = [*fold.parts, fold.named[1]] if fold.named else fold.parts
    return Held(
        fold,
        resolved,
        {key: jobs[key] for key in named},
        {key: datasets[key] for part in fold.parts.values() for key in _datasets(part)},
    )


def _datasets(part: Part) -> Iterable[bytes]:
    if part.snapshot is None:
        return (*part.reads, *part.writes)
    return (*part.reads, *part.writes, *part.snapshot.inputs, *part.snapshot.outputs)


async def _builder(session: Session, references: References) -> Builder:
    known = session.known
    for query, keys, wanted in (
        ("keys_of_jobs", known.job_keys, references.jobs),
        ("keys_of_datasets", known.dataset_keys, references.datasets),
    ):
        missing = [row_id for row_id in wanted if row_id not in keys]
        if missing:
            keys.update((row["id"], row["key"]) for row in await session.fetch(query, missing))
    missing = [row_id for row_id in references.bags if row_id not in known.bags]
    if missing:
        found = bags_of_rows(await session.fetch("facets_of_bags", missing))
        for row_id in missing:
            bag = known.bags[row_id] = found.get(row_id, EMPTY)
            known.bag_ids[bag.hash] = row_id
    return Builder(
        {row_id: known.job_keys[row_id] for row_id in references.jobs},
        {row_id: known.dataset_keys[row_id] for row_id in references.datasets},
        {row_id: known.bags[row_id] for row_id in references.bags},
    )


def encode_folds(session: Session, folds: Sequence[tuple[RunFold, Resolved]]) -> list[bytes]:
    """The bytes of each; remembered for runs that have not ended, which will be read again soon."""
    known = session.known
    encoder = Encoder(
        session.job_ids.__getitem__,
        session.dataset_ids.__getitem__,
        lambda bag: known.bag_ids[bag.hash],
    )
    encoded = []
    for fold, resolved in folds:
        packed = encoder.encode(fold)
        if fold.terminal is None:
            known.folds[packed] = _held(fold, resolved, session.job_ids, session.dataset_ids)
        encoded.append(packed)
    return encoded
