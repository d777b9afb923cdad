"""The explicit lineage facet of a job: pairs of datasets, and edges at the job's boundary.

Entries whose target or source is another job are data flow between jobs: see `links.py`.
"""

from dataclasses import dataclass
from functools import lru_cache

from catchment.events.facets.lineage import Source, Target, read_lineage
from catchment.events.model import Facet
from catchment.lineage.columns import ColumnSet, entry_of
from catchment.lineage.keys import Name, dataset_name, job_name
from catchment.lineage.links import Link, flows


@dataclass(frozen=True, slots=True)
class Stated:
    """What lineage facets state of one job: (output, source, columns), targets, boundary edges."""

    pairs: tuple[tuple[bytes, bytes, ColumnSet | None], ...]
    targets: frozenset[bytes]
    boundary: frozenset[tuple[bytes, str]]


@lru_cache(maxsize=16_384)
def _targets(facet: Facet) -> tuple[Target, ...] | None:
    return read_lineage(facet)


def readable_lineage(facet: Facet) -> bool:
    """Whether the facet has a list of entries: only then it says anything."""
    return _targets(facet) is not None


def mentioned_by_lineage(facet: Facet, job: Name) -> tuple[tuple[Name, str], ...]:
    """Every dataset that the facet names, with the direction of the edge it gives this job."""
    mentioned: dict[tuple[Name, str], None] = {}
    for target in _targets(facet) or ():
        if target.identity and not target.is_job:
            mentioned[dataset_name(*target.identity), "o"] = None
        if not target.is_job or _own(target.identity, job.key):
            for source in target.sources:
                if source.identity and not source.is_job:
                    mentioned[dataset_name(*source.identity), "i"] = None
    return tuple(mentioned)


def links_in_lineage(facet: Facet, job: Name) -> tuple[Link, ...]:
    """The data flows between jobs that the facet states when it stands on this job."""
    return tuple(flows(_targets(facet) or (), job))


@lru_cache(maxsize=16_384)
def explicit_pairs(facet: Facet, job: bytes) -> Stated:
    """What the facet states when it stands on the job with this key."""
    pairs: dict[tuple[bytes, bytes], ColumnSet | None] = {}
    targets: set[bytes] = set()
    boundary: set[tuple[bytes, str]] = set()
    for target in _targets(facet) or ():
        if target.is_job:
            if _own(target.identity, job):
                boundary |= {(_key(source), "i") for source in target.sources if _is_data(source)}
            continue
        output = dataset_name(*(target.identity or ("", ""))).key
        targets.add(output)
        boundary.add((output, "o"))
        for source in filter(_is_data, target.sources):
            columns = ColumnSet.of(map(entry_of, source.columns)) if source.columns else None
            pair = (output, _key(source))
            pairs[pair] = ColumnSet.union(pairs.get(pair), columns)
    stated = tuple([(*pair, columns) for pair, columns in sorted(pairs.items(), key=_by_keys)])
    return Stated(stated, frozenset(targets), frozenset(boundary))


def _by_keys(item: tuple[tuple[bytes, bytes], ColumnSet | None]) -> tuple[bytes, bytes]:
    return item[0]


def _is_data(source: Source) -> bool:
    return not source.is_job and source.identity is not None


def _key(source: Source) -> bytes:
    return dataset_name(*(source.identity or ("", ""))).key


def _own(identity: tuple[str, str] | None, job: bytes) -> bool:
    return identity is None or job_name(*identity).key == job
