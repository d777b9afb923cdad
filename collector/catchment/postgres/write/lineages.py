"""Lineage facets that are declared: when they were said of whom, and what each states.

Few events have one; a batch without any costs nothing. Knows how they become rows; what holds is
asked when it is asked.
"""

from collections.abc import Iterable

from catchment.lineage.derivations import DeclaredLineage
from catchment.postgres.write.session import Session


async def write_lineages(session: Session, lineages: Iterable[DeclaredLineage]) -> None:
    """All rows of these; those that come again change nothing."""
    declared = list(lineages)
    if not declared:
        return
    subjects = [_subject(session, one) for one in declared]
    said = [
        (subject, one.time_us, not one.facet.deleted, one.facet.hash)
        for subject, one in zip(subjects, declared, strict=True)
    ]
    await session.execute_rows("insert_lineage_said", said)
    await _write_derivations(session, declared)
    # 0 is no id; a key has no place for null.
    links = [
        (
            subject,
            one.facet.hash,
            session.job_ids[link.origin.key],
            session.job_ids[link.destination.key],
            session.dataset_ids[link.output.key] if link.output else 0,
        )
        for subject, one in zip(subjects, declared, strict=True)
        for link in one.links()
    ]
    if links:
        await session.execute_rows("ensure_declared_links", links)


async def _write_derivations(session: Session, declared: list[DeclaredLineage]) -> None:
    known = session.known.colsets
    columns = {
        mapping.hash: (mapping.body,)
        for one in declared
        for _, mapping in one.sources()
        if mapping is not None and mapping.hash not in known
    }
    await session.ensure("ensure_colsets", "find_colsets", known, columns)
    rows = [
        (
            _subject(session, one),
            one.facet.hash,
            session.dataset_ids[source.key],
            known[mapping.hash] if mapping else None,
        )
        for one in declared
        for source, mapping in one.sources()
    ]
    if rows:
        await session.execute_rows("ensure_derivations", rows)


def _subject(session: Session, declared: DeclaredLineage) -> int:
    ids = session.job_ids if declared.is_job else session.dataset_ids
    return ids[declared.subject.key]
