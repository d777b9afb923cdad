"""`lineage`: explicit edges, the complete edge set of whoever sends it.

On a job each entry is a target with its sources; on a dataset that is the target. `inputs: []` on a
job entry is noise of a client and says nothing; on a dataset it says that there is no tracked
upstream.
"""

from dataclasses import dataclass

from catchment.events.facets.cache import view
from catchment.events.facets.column_lineage import ColumnInput, read_inputs
from catchment.events.facets.reading import items, names, obj, text
from catchment.events.model import Facet


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset or a job that data came from. A job without a name is the event's own."""

    is_job: bool
    identity: tuple[str, str] | None
    columns: tuple[ColumnInput, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A dataset or a job that data went to. A job without a name is the event's own."""

    is_job: bool
    identity: tuple[str, str] | None
    sources: tuple[Source, ...]


def read_lineage(facet: Facet) -> tuple[Target, ...] | None:
    """The targets that can be read; None if there is no list of entries."""
    entries = view(facet).get("entries")
    if not isinstance(entries, list):
        return None
    return tuple([target for entry in entries if (target := _target(obj(entry))) is not None])


def read_derivation(facet: Facet) -> tuple[Source, ...]:
    """The sources that can be read in the facet of a dataset."""
    return _sources(view(facet))


def _target(members: dict[str, object]) -> Target | None:
    is_job = text(members.get("type")).upper() == "JOB"
    identity = names(members)
    if identity is None and not is_job:
        return None
    return Target(is_job, identity, _sources(members))


def _sources(members: dict[str, object]) -> tuple[Source, ...]:
    sources = [_source(None, obj(item)) for item in items(members.get("inputs"))]
    for column, mapping in obj(members.get("fields")).items():
        sources += [_source(column, obj(item)) for item in items(obj(mapping).get("inputs"))]
    return tuple([source for source in sources if source is not None])


def _source(column: str | None, members: dict[str, object]) -> Source | None:
    identity = names(members)
    if text(members.get("type")).upper() == "JOB":
        return Source(True, identity, ())
    if identity is None:
        return None
    columns: tuple[ColumnInput, ...] = ()
    if column is not None or text(members.get("field")):
        columns = tuple(read_inputs(column, [members]))
    return Source(False, identity, columns)
