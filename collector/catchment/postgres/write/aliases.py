"""Names of one dataset: claims and renames that are new, and who stands for whom after them.

A batch that changes them is alone with that: it holds a lock that it took before all others.
"""

from collections.abc import Collection, Iterable

from catchment.events.names import from_text
from catchment.lineage.aliases import CLAIMANTS_MAX, Claim, Renamed, representatives
from catchment.lineage.gather import Asserted
from catchment.postgres.write.session import Redo, Session


async def lock_changed_aliases(session: Session, asserted: Asserted) -> None:
    """Before anything else is locked: whoever waits here holds nothing that others wait for."""
    if asserted.renames or _new(session, asserted.claims):
        await lock_aliases(session)


async def lock_aliases(session: Session) -> None:
    """Be alone in changing who stands for whom, to the end of the transaction."""
    if not session.aliases_locked:
        await session.execute("lock_aliases")
        session.aliases_locked = True


async def join_aliases(session: Session, asserted: Asserted) -> None:
    """Write claims that are new and join, or part, what they concern. All names have ids."""
    if asserted.renames:
        datasets = session.known.datasets
        said = [(datasets[new].id, datasets[old].id) for new, old in sorted(asserted.renames)]
        await session.execute_rows("insert_renames_said", said)
    new = _new(session, asserted.claims)
    if not new:
        return
    if not session.aliases_locked:
        raise Redo("the caches were cleared after it was asked whether a claim is new")
    ids = {key: session.known.datasets[key].id for claim in new for key in claim[:2]}
    rows = [(ids[claim.dataset], ids[claim.other], claim.is_table) for claim in new]
    await session.execute_rows("insert_claims", rows)
    session.known.claims.update(dict.fromkeys(new, 0))
    await join_around(session, set(ids.values()))


async def join_around(session: Session, datasets: Collection[int]) -> None:
    """Who stands for whom among these, and all that are or were one with them."""
    around = await session.fetch("claims_around", list(datasets), CLAIMANTS_MAX)
    members = list({row["dataset"] for row in around})
    names = {
        row["id"]: (from_text(row["namespace"]), from_text(row["name"]))
        for row in await session.fetch("names_to_join", members)
    }
    claims = [
        (row["dataset"], row["other"], row["is_table"])
        for row in around
        if row["other"] is not None
    ]
    renames = [Renamed(*row) for row in await session.fetch("renames_among", members)]
    canons = representatives(names, claims, renames)
    await session.execute("join_datasets", list(canons), list(canons.values()))


def _new(session: Session, claims: Iterable[Claim]) -> list[Claim]:
    known = session.known.claims
    return [claim for claim in claims if claim not in known]
