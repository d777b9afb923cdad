"""Links between jobs: data that one hands to another without a dataset, and what waits for what.

What runs state adds up over all of them. What a JobEvent states holds until a later one with a
lineage facet replaces it: see `derivations.py`. A job has none to itself.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from catchment.events.facets.job_dependencies import read_job_dependencies
from catchment.events.facets.lineage import Source, Target
from catchment.events.model import Facet
from catchment.lineage.keys import Name, dataset_name, job_name

FLOW = 1
CONTROL = 2


class Link(NamedTuple):
    """From one job to another. `output`: the one dataset that what is handed over went into."""

    origin: Name
    destination: Name
    kind: int
    output: Name | None = None


def flows(targets: Iterable[Target], job: Name) -> Iterator[Link]:
    """The data flows between jobs that a lineage facet of this job states."""
    for target in targets:
        destination, output = job, None
        if target.is_job:
            destination = job_name(*target.identity) if target.identity else job
        elif target.identity:
            output = dataset_name(*target.identity)
        for source in target.sources:
            origin = _job(source)
            if origin is not None and origin.key != destination.key:
                yield Link(origin, destination, FLOW, output)


def dependencies(facets: Iterable[Facet], job: Name) -> Iterator[Link]:
    """What the jobDependencies facet of a run of this job states."""
    for facet in facets:
        if facet.name == "jobDependencies":
            upstream, downstream = read_job_dependencies(facet)
            links = [Link(job_name(*identity), job, CONTROL) for identity in upstream]
            links += [Link(job, job_name(*identity), CONTROL) for identity in downstream]
            yield from (link for link in links if link.origin.key != link.destination.key)


def _job(source: Source) -> Name | None:
    """Another job that a source names; None is the event's own, or no job at all."""
    return job_name(*source.identity) if source.is_job and source.identity else None
