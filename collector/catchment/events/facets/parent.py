"""`parent` (run): the run that started this one, and the root of them all."""

from dataclasses import dataclass

from catchment.events.facets.cache import view
from catchment.events.facets.reading import names, obj, text
from catchment.events.model import Facet
from catchment.events.runids import read_run_id


@dataclass(frozen=True, slots=True)
class RunLink:
    """A run by id, and the job it is said to belong to."""

    run_id: bytes
    external_run_id: str | None
    job_namespace: str
    job_name: str


@dataclass(frozen=True, slots=True)
class ParentRun(RunLink):
    """The parent, and the declared root if there is one."""

    root: RunLink | None


def read_parent(facet: Facet) -> ParentRun | None:
    """The parent, if run id and job can be read."""
    members = view(facet)
    parent = _link(members)
    if parent is None:
        return None
    return ParentRun(
        parent.run_id,
        parent.external_run_id,
        parent.job_namespace,
        parent.job_name,
        _link(obj(members.get("root"))),
    )


def _link(members: dict[str, object]) -> RunLink | None:
    run_id = read_run_id(text(obj(members.get("run")).get("runId")))
    job = names(obj(members.get("job")))
    if run_id is None or job is None:
        return None
    return RunLink(run_id.key, run_id.external, *job)
