"""What datasets were called before runs renamed them: rows of folds, that join names."""

from catchment.lineage.gather import Asserted
from catchment.lineage.keys import Name
from catchment.postgres.write.aliases import join_around
from catchment.postgres.write.seldom import Changed
from catchment.postgres.write.session import Redo, Session
from catchment.postgres.write.state import Locked


async def name_previous(session: Session, asserted: Asserted, locked: Locked) -> None:
    """What stored runs say that datasets were called before has a name, too.

    Events that were written before version 18 of the schema did not name it.
    """
    said = {
        name: held.resolved.writes[key].first_us
        for _, held in locked.values()
        if held.resolved.seldom
        for key, name in held.resolved.previous_names().items()
        if name.key not in session.known.datasets
    }
    if said:
        rows = await session.fetch("find_datasets", [name.key for name in said])
        there = {row["key"] for row in rows}
        for name, first_us in said.items():
            if name.key not in there:
                asserted.name_again(name, first_us)
                session.named_again.add(name.key)


async def write_renames(session: Session, changed: list[Changed]) -> None:
    """Of runs whose renames changed all are written anew; then who stands for whom is, too."""
    stale: list[int] = []
    new: list[tuple[int, bytes, Name, int | None]] = []
    for run, before, after in changed:
        was = (before.ended_us, before.renames()) if before else (None, {})
        now = (after.ended_us, after.renames())
        anew = any(name.key in session.named_again for name in now[1].values())
        if (now == was and not anew) or not (now[1] or was[1]):
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
        if session.named_again:
            said = [(row[1], row[2]) for row in rows]
            await session.execute_rows("insert_renames_said", said)
    await join_around(session, {row[0] for row in parted} | {row[1] for row in rows})


async def _ids(session: Session, names: list[Name]) -> dict[bytes, int]:
    """All have a row: by an event of this batch, or one long ago, or `name_previous`."""
    known = session.dataset_ids
    ids = {name.key: known[name.key] for name in names if name.key in known}
    missing = [name.key for name in names if name.key not in ids]
    if missing:
        found = await session.fetch("find_datasets", missing)
        ids.update({row["key"]: row["id"] for row in found})
    return ids
