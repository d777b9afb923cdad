"""The runs that a run's events name: its parent and its root."""

from functools import lru_cache
from typing import NamedTuple

from catchment.events.facets.parent import read_parent
from catchment.events.model import Facet
from catchment.lineage.keys import Name, job_name


class Stub(NamedTuple):
    """When a run was named, and the key of the job it was said to be of. The least one holds."""

    time_us: int
    job: bytes


class NamedRun(NamedTuple):
    """A run and its job, as a child names them."""

    run_id: bytes
    job: Name


class Ancestry(NamedTuple):
    """Parent and declared root of a run."""

    parent: NamedRun | None
    root: NamedRun | None


NOBODY = Ancestry(None, None)


@lru_cache(maxsize=65_536)
def ancestry(facet: Facet) -> Ancestry:
    """Whom a `parent` facet names, as far as it can be read."""
    view = read_parent(facet)
    if view is None:
        return NOBODY
    parent = NamedRun(view.run_id, job_name(view.job_namespace, view.job_name))
    root = None
    if view.root is not None:
        root = NamedRun(view.root.run_id, job_name(view.root.job_namespace, view.root.job_name))
    return Ancestry(parent, root)


def named_runs(facets: tuple[Facet, ...]) -> tuple[NamedRun, ...]:
    """Everyone whom the run facets of one event name, parent first."""
    for facet in facets:
        if facet.name == "parent":
            return tuple([run for run in ancestry(facet) if run is not None])
    return ()
