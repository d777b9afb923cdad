"""What the tap hears becomes events: of each state that is news, one.

A part that cannot be made out (parameters, assets, ...) is left out and said once; the event goes
out without it.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from catchment_emitters.core import facets
from catchment_emitters.core.active import ActiveRun
from catchment_emitters.core.context import parent_from
from catchment_emitters.core.emitter import emitter
from catchment_emitters.core.events import COMPLETE, FAIL, RUNNING, START, Job, run_event
from catchment_emitters.core.facets import Bag, Facet, bag
from catchment_emitters.core.parameters import as_text
from catchment_emitters.prefect import inputs, states
from catchment_emitters.prefect.jobs import flow_job, is_heard, tags_facet, task_job
from catchment_emitters.prefect.links import pages
from catchment_emitters.prefect.lookup import deployment_facet, look_up
from catchment_emitters.prefect.runs import Known, end, find, innermost, keep

T = TypeVar("T")
Parameters = Mapping[str, object] | None


def task_state(task: Any, task_run: Any, parameters: Parameters, state: Any) -> None:
    """A task run entered a state."""
    kind = states.kind_of(state)
    if kind is None:
        return
    run = find(task_run.id) or _new_task_run(task, task_run)
    if not _is_news(run, state):
        return
    new = run.attempts == 0
    first = new and kind == RUNNING and task_run.run_count <= 1
    run.attempts = max(run.attempts, task_run.run_count)
    said: Bag = {}
    if new:
        _part(inputs.note_upstream, run, task, task_run)
        said = _beginning(run, parameters, "task-run", task_run)
        said |= bag(
            jobDependencies=_part(inputs.dependencies, task_run),
            prefect_materializedBy=_part(inputs.materialized_by, task),
        )
    if kind != RUNNING:
        _part(inputs.note_assets, run, task_run, state)
    _emit(START if first else kind, run, state, said)


def _is_news(run: Known, state: Any) -> bool:
    """Whether this state of a run may be told, and was not: engines set one more than once."""
    if not is_heard(run.allowed) or run.state_id == state.id:
        return False
    run.state_id = state.id
    return True


def flow_state(flow: Any, flow_run: Any, parameters: Parameters, state: Any) -> None:
    """A flow run entered a state."""
    kind = states.kind_of(state)
    if kind is None:
        return
    run = find(flow_run.id) or _new_flow_run(flow, flow_run)
    if not _is_news(run, state):
        return
    new = run.attempts == 0
    # The API counts a run when it has begun.
    first = new and kind == RUNNING and flow_run.run_count == 0
    if kind == RUNNING:
        run.attempts = max(run.attempts, flow_run.run_count) + 1
    said: Bag = {}
    if new:
        said = _beginning(run, parameters, "flow-run", flow_run)
        start = states.rfc3339(flow_run.expected_start_time)
        said |= bag(
            nominalTime=facets.nominal_time(start) if start else None,
            prefect_deployment=_part(deployment_facet, flow_run),
        )
    _emit(START if first else kind, run, state, said)
    if new and kind == RUNNING:
        _part(look_up, run, flow_run)


def _new_task_run(task: Any, task_run: Any) -> Known:
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    flow_run_id = task_run.flow_run_id
    mine = flow_run_id is not None and context is not None
    flow = context.flow if mine and context is not None else None
    outer = inputs.outer_task(task_run) or (find(flow_run_id) if flow_run_id else None)
    name = flow.name if flow is not None else outer.active.job.name if outer is not None else None
    run = _known(task_run, task_job(task, name if flow_run_id is not None else None), outer)
    if outer is None and flow is not None:
        # This process got the task alone: the flow is another's.
        above = ActiveRun(str(flow_run_id), flow_job(flow))
        run.active.parent = above.as_parent()
        run.rootless = bool(getattr(context.flow_run, "parent_task_run_id", None))
    return run


def _new_flow_run(flow: Any, flow_run: Any) -> Known:
    around = innermost()
    outer = find(around) if around and around != str(flow_run.id) else None
    return _known(flow_run, flow_job(flow), outer)


def _known(run: Any, job: Job, outer: Known | None) -> Known:
    allowed = emitter().settings.policy.of(job.name)
    known = Known(ActiveRun(str(run.id), job), allowed, outer)
    if outer is None:
        known.active.parent = parent_from()
    keep(known)
    return known


def _beginning(run: Known, parameters: Parameters, kind: str, prefect_run: Any) -> Bag:
    """What is said of a run once, when it begins."""
    run.links |= _part(pages, kind, run.active.run_id) or {}
    shown = _part(_parameters, run, parameters)
    if shown:
        # Kept, because a model adds its own to them, and the last word on them counts whole.
        run.active.run_facets["executionParameters"] = shown
    return bag(
        processing_engine=_engine(),
        executionParameters=shown,
        tags=tags_facet("Run", prefect_run.tags),
        catchment_links=facets.links(run.links),
    )


def _engine() -> Facet:
    import prefect

    return facets.processing_engine("prefect", prefect.__version__)


def _parameters(run: Known, parameters: Parameters) -> Facet | None:
    if not parameters or not run.allowed.parameters:
        return None
    return facets.execution_parameters(as_text(parameters, emitter().settings.policy))


def _emit(kind: str, run: Known, state: Any, said: Bag) -> None:
    active, ends = run.active, kind not in (START, RUNNING)
    said = said | bag(prefect_state=states.state_facet(state, run.attempts))
    if ends:
        end(run)
        said |= active.run_facets
        said |= bag(catchment_links=facets.links(run.links))
    if kind == FAIL:
        said |= bag(errorMessage=_part(states.error_facet, state))
    reads = active.inputs()
    # Versions of files are those that are there when it ends, and take as long as a digest.
    writes = active.outputs(completed=kind == COMPLETE) if ends else active.written()
    if kind == COMPLETE and states.is_cached(state):
        writes = []  # nothing was written
    if not run.allowed.datasets:
        reads = writes = []
    event = run_event(
        kind, active.run_id, active.job, at=states.time_of(state), parent=run.parent(),
        run_facets=said, inputs=reads, outputs=writes,
    )  # fmt: skip
    if run.rootless:
        event["run"]["facets"]["parent"].pop("root", None)
    emitter().emit(event)
    if ends:
        run.forget()


def _part(make: Callable[..., T], *arguments: Any) -> T | None:
    try:
        return make(*arguments)
    except Exception as error:
        emitter().warn(f"{make.__name__} of a Prefect run: not understood", error)
        return None
