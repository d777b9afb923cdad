"""Flows and tasks as jobs, with what is said of them: made once for each, and kept."""

from collections.abc import Iterable
from functools import lru_cache
from types import CodeType
from typing import Any

from catchment_emitters.core import code, facets
from catchment_emitters.core.emitter import emitter
from catchment_emitters.core.events import Job
from catchment_emitters.core.facets import Bag, Facet, bag
from catchment_emitters.core.policy import Allowed

NAMESPACE = "prefect"
JOBS_MAX = 4_096


def flow_job(flow: Any) -> Job:
    """`<flow>`."""
    return _job("FLOW", flow.name, flow, ())


def task_job(task: Any, flow_name: str | None) -> Job:
    """`<flow>.<task>`, or `<task>` outside of flows."""
    name = f"{flow_name}.{task.name}" if flow_name else task.name
    return _job("TASK", name, task, task.tags)


def namespace() -> str:
    """That of all jobs: one name, not the address of the API, which differs between clients."""
    return emitter().settings.namespace or NAMESPACE


def _job(kind: str, name: str, thing: Any, tags: Iterable[str]) -> Job:
    settings = emitter().settings
    allowed = settings.policy.of(name)
    try:
        function = code.code_of(thing.fn)
        said = _facets(
            kind,
            function,
            function.co_filename if function is not None else None,
            thing.description,
            tuple(sorted(tags)),
            settings.source_code if allowed.source_code else "off",
        )
    except Exception as error:
        emitter().warn("what there is to say of a Prefect job was not understood", error)
        said = bag(jobType=facets.job_type("PREFECT", kind))
    return Job(namespace(), name, said)


@lru_cache(maxsize=JOBS_MAX)
def _facets(
    kind: str,
    function: CodeType | None,
    file: str | None,
    description: str | None,
    tags: tuple[str, ...],
    source_code: str,
) -> Bag:
    # By its code: a function of a function is another at each call, and would keep all that it
    # closes over. Codes of different files may be equal.
    del file
    located = function if source_code != "off" else None
    shown = function if source_code == "full" else None
    return bag(
        jobType=facets.job_type("PREFECT", kind),
        documentation=facets.documentation("Job", description),
        tags=tags_facet("Job", tags),
        sourceCodeLocation=code.location_facet(located) if located else None,
        sourceCode=code.source_facet(shown) if shown else None,
    )


def tags_facet(entity: str, tags: Iterable[str]) -> Facet | None:
    """Prefect's tags are words: they are there, or not."""
    return facets.tags(entity, [(str(tag), "true") for tag in tags], "PREFECT")


def is_heard(allowed: Allowed) -> bool:
    """Whether anything of a job is emitted."""
    return emitter().enabled and allowed.emit
