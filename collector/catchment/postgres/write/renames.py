"""What datasets were called before runs renamed them: rows of folds, that join names."""

from catchment.lineage.keys import Name
from catchment.postgres.write.aliases import join_around
from catchment.postgres.write.seldom import Changed
from catchment.postgres.write.session import Redo, Session


async def write_renames(session: Session, changed: list[Changed]) -> None:
    """Of runs whose renames changed all are written anew; then who stands for whom is, too."""
    stale: list[int] = []
    new: list[tuple[int, bytes, Name, int | None]] = []
    for run, before, after in changed:
        was = (before.ended_us, before.renames()) if before else (None, {})
        now = (after.ended_us, after.renames())
        if now == was or not (now[1] or was[1]):
            continue
        if was[1]:
            stale.append(run)
        new += [(run, key, previous, after.ended_us) for key, previous in now[1].items()]
    if not stale and not new:
        return
    if not session.aliases_locked:
        # An end that says nothing of names itself can make a rename hold, or undo it.
        raise Redo(alias_lock=True)
    parted = await session.fetch("delete_renames", stale) if stale else []
    ids = await _ids(session, [previous for _, _, previous, _ in new])
    rows = [
        (run, session.dataset_ids[key], ids[previous.key], at_us)
        for run, key, previous, at_us in new
    ]
    if rows:
        await session.execute_rows("insert_renames", rows)
    await join_around(session, {row[0] for row in parted} | {row[1] for row in rows})


async def _ids(session: Session, names: list[Name]) -> dict[bytes, int]:
    """All have a row, since every naming makes one; perhaps by another event, long ago."""
    known = session.dataset_ids
    ids = {name.key: known[name.key] for name in names if name.key in known}
    missing = [name.key for name in names if name.key not in ids]
    if missing:
        found = await session.fetch("find_datasets", missing)
        ids.update({row["key"]: row["id"] for row in found})
    return ids
