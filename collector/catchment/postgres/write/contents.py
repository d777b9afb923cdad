"""Content-addressed rows: facets, bags, column sets, io-sets, job versions. Written once for all.

Knows how contents become rows; what they mean is the core's.
"""

from collections.abc import Iterable
from typing import Any

from catchment.events.facets.dataset_type import says_model
from catchment.events.facets.slow import SEARCHED
from catchment.events.names import to_text
from catchment.lineage.bags import Bag, facet_key
from catchment.lineage.iosets import IoSet
from catchment.postgres.write.session import Session, columns_of, inserted
from catchment.postgres.write.state import Use


async def ensure_bags(session: Session, bags: Iterable[Bag]) -> None:
    """Afterwards every bag has an id, and so have its facets."""
    known = session.known
    new = {bag.hash: bag for bag in bags if bag.hash not in known.bag_ids}
    if not new:
        return
    facets: dict[bytes, tuple[Any, ...]] = {}
    for bag in new.values():
        for facet in bag.facets:
            key = facet_key(facet)
            if key not in known.facets:
                facets[key] = (facet.deleted, to_text(facet.name), facet.body)
    await session.ensure("ensure_facets", "find_facets", known.facets, facets)
    rows = {key: (_members(session, bag),) for key, bag in new.items()}
    await session.ensure("ensure_bags", "find_bags", known.bag_ids, rows)
    for key, bag in new.items():
        known.bags[known.bag_ids[key]] = bag


def _members(session: Session, bag: Bag) -> str:
    facets = session.known.facets
    return "{" + ",".join(str(facets[facet_key(facet)]) for facet in bag.facets) + "}"


async def ensure_io_sets(session: Session, shapes: Iterable[IoSet]) -> None:
    """Afterwards every io-set has an id, its members and its pairs."""
    known = session.known
    new = {shape.hash: shape for shape in shapes if shape.hash not in known.io_sets}
    if not new:
        return
    columns = {
        pair.columns.hash: (pair.columns.body,)
        for shape in new.values()
        for pair in shape.pairs
        if pair.columns is not None and pair.columns.hash not in known.colsets
    }
    await session.ensure("ensure_colsets", "find_colsets", known.colsets, columns)
    rows = {key: (session.job_ids[shape.job], shape.explicit) for key, shape in new.items()}
    await session.ensure("ensure_io_sets", "find_io_sets", known.io_sets, rows)
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
    row_id = session.known.io_sets[shape.hash]
    return [
        (row_id, session.dataset_ids[key], direction, named)
        for (key, direction), named in shape.members().items()
    ]


def _pair_rows(session: Session, shape: IoSet) -> list[tuple[int, int, int, int, int | None]]:
    known = session.known
    row_id = known.io_sets[shape.hash]
    return [
        (
            row_id,
            session.dataset_ids[pair.output],
            session.dataset_ids[pair.source],
            pair.basis,
            known.colsets[pair.columns.hash] if pair.columns else None,
        )
        for pair in shape.pairs
    ]


async def ensure_uses(session: Session, uses: Iterable[Use]) -> None:
    """Afterwards every use has an id: which bags an entity was ever seen with, and how."""
    known = session.known.uses
    new = list(dict.fromkeys(use for use in uses if use not in known))
    if not new:
        return
    ids = await session.row_ids(len(new))
    columns = columns_of(new, 3)
    if inserted(await session.execute("ensure_bag_uses", ids, *columns)) == len(new):
        known.update(zip(new, ids, strict=True))
    else:
        for row in await session.fetch("find_bag_uses", *columns):
            known[row["entity"], row["dir"].decode(), row["bag"]] = row["id"]
    await _ensure_mentions(session, new)
    await _ensure_models(session, new)


async def _ensure_mentions(session: Session, uses: Iterable[Use]) -> None:
    """Afterwards whatever is searched of the facets in these bags leads to their entities."""
    bags = session.known.bags
    rows = {
        (entity, row_id)
        for entity, _, row_id in uses
        if (bag := bags.get(row_id)) is None or not bag.names.isdisjoint(SEARCHED)
    }
    if rows:
        await session.execute_rows("ensure_mentions", list(rows))


async def _ensure_models(session: Session, uses: Iterable[Use]) -> None:
    """Afterwards every dataset that these bags call a model is listed as one that might be."""
    bags = session.known.bags
    rows = {
        (entity, row_id)
        for entity, side, row_id in uses
        if side != "j"
        if (bag := bags.get(row_id)) is None or any(map(says_model, bag.facets))
    }
    if rows:
        await session.execute_rows("ensure_models", list(rows))
