"""Content-addressed rows: facets, bags, column sets, io-sets, job versions. Written once for all.

Knows how contents become rows; what they mean is the core's.
"""

from collections.abc import Iterable
from typing import Any

from catchment.events.names import to_text
from catchment.lineage.bags import Bag, facet_key
from catchment.lineage.iosets import IoSet
from catchment.postgres.write.session import Session


async def ensure_bags(session: Session, bags: Iterable[Bag]) -> None:
    """Afterwards every bag has an id, and so have its facets."""
    learned = session.learned
    new = {bag.hash: bag for bag in bags if learned.bag_ids.get(bag.hash) is None}
    if not new:
        return
    facets: dict[bytes, tuple[Any, ...]] = {}
    for bag in new.values():
        for facet in bag.facets:
            key = facet_key(facet)
            if learned.facets.get(key) is None:
                facets[key] = (facet.deleted, to_text(facet.name), facet.body)
    await session.ensure("ensure_facets", "find_facets", learned.facets, facets)
    rows = {key: (_members(session, bag),) for key, bag in new.items()}
    await session.ensure("ensure_bags", "find_bags", learned.bag_ids, rows)
    for key, bag in new.items():
        learned.bags.put(learned.bag_ids[key], bag)


def _members(session: Session, bag: Bag) -> str:
    facets = session.learned.facets
    return "{" + ",".join(str(facets[facet_key(facet)]) for facet in bag.facets) + "}"


async def ensure_io_sets(session: Session, shapes: Iterable[IoSet]) -> None:
    """Afterwards every io-set has an id, its members and its pairs."""
    learned = session.learned
    new = {shape.hash: shape for shape in shapes if learned.io_sets.get(shape.hash) is None}
    if not new:
        return
    columns = {
        pair.columns.hash: (pair.columns.body,)
        for shape in new.values()
        for pair in shape.pairs
        if pair.columns is not None and learned.colsets.get(pair.columns.hash) is None
    }
    await session.ensure("ensure_colsets", "find_colsets", learned.colsets, columns)
    rows = {key: (session.job_ids[shape.job], shape.explicit) for key, shape in new.items()}
    await session.ensure("ensure_io_sets", "find_io_sets", learned.io_sets, rows)
    await _know_members(session, new.values())
    members = [row for shape in new.values() for row in _member_rows(session, shape)]
    if members:
        await session.execute_rows("ensure_io_members", members)
    pairs = [row for shape in new.values() for row in _pair_rows(session, shape)]
    if pairs:
        await session.execute_rows("ensure_io_pairs", pairs)


async def _know_members(session: Session, shapes: Iterable[IoSet]) -> None:
    """Ids of datasets that only facets of earlier events name; they had rows then."""
    known = session.dataset_ids
    missing = {key for shape in shapes for key, _ in shape.members()} - known.keys()
    if missing:
        rows = await session.fetch("find_datasets", list(missing))
        known.update({row["key"]: row["id"] for row in rows})


def _member_rows(session: Session, shape: IoSet) -> list[tuple[int, int, str, bool]]:
    learned = session.learned
    row_id = learned.io_sets[shape.hash]
    return [
        (row_id, session.dataset_ids[key], direction, named)
        for (key, direction), named in shape.members().items()
    ]


def _pair_rows(session: Session, shape: IoSet) -> list[tuple[int, int, int, int, int | None]]:
    learned = session.learned
    row_id = learned.io_sets[shape.hash]
    return [
        (
            row_id,
            session.dataset_ids[pair.output],
            session.dataset_ids[pair.source],
            pair.basis,
            learned.colsets[pair.columns.hash] if pair.columns else None,
        )
        for pair in shape.pairs
    ]


async def ensure_bag_uses(session: Session, uses: Iterable[tuple[int, str, int]]) -> None:
    """(entity, "i", "o", "d" or "j", bag): which bags an entity was ever seen with."""
    known = session.learned.bag_uses
    new = [use for use in dict.fromkeys(uses) if known.get(use) is None]
    if not new:
        return
    for use in new:
        known.put(use, True)
    await session.execute_rows("ensure_bag_uses", [(entity, bag, d) for entity, d, bag in new])
