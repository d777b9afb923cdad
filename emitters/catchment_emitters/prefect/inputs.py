"""What comes into a task run: assets that it reads, runs that it waited for, the task around it."""

from collections.abc import Iterable, Iterator
from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.emitter import emitter
from catchment_emitters.core.facets import Facet, custom
from catchment_emitters.prefect.assets import as_input, as_output, key_of, version_in
from catchment_emitters.prefect.runs import Known, find
from catchment_emitters.prefect.states import is_cached

DEPENDENCIES_MAX = 1_000

_PARENTS = "__parents__"
_RUNS = ("task_run", "flow_run")


def note_upstream(run: Known, task: Any, task_run: Any) -> None:
    """The assets that a task reads, as far as they are known when it starts.

    These are its `asset_deps` and those of the task runs that its arguments came from, each in the
    version that these said they wrote.
    """
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    made = getattr(context, "task_run_assets", {})  # no assets before Prefect 3.4
    for name, one in _upstream(task_run):
        above = find(one.id)
        if name != _PARENTS and above is not None:
            run.reads |= above.versions
    found = list(getattr(task, "asset_deps", None) or ())
    for name, one in _upstream(task_run):
        found += made.get(one.id, ()) if name != _PARENTS else ()
    _read(run, found)


def note_assets(run: Known, task_run: Any, state: Any) -> None:
    """The assets that a task read and wrote, when it ends."""
    import prefect.context

    assets = getattr(prefect.context, "AssetContext", None)
    context = assets.get() if assets is not None else None
    if context is not None and context.task_run_id == task_run.id:
        _read(run, context.upstream_assets | context.direct_asset_dependencies)
        policy = emitter().settings.policy
        written: dict[tuple[str, str], str] = {}
        for asset in context.downstream_assets:
            metadata = context.materialization_metadata.get(asset.key) or {}
            version = version_in(metadata)
            if version is not None:
                written[key_of(asset)] = version
            if not is_cached(state):
                run.active.write(as_output(asset, metadata, policy))
        # Whoever comes after it reads what it made; of what it did not make, what it read.
        run.versions = written if context.downstream_assets else dict(run.reads)


def _read(run: Known, found: Iterable[Any]) -> None:
    for asset in sorted(set(found), key=lambda one: str(one.key)):
        run.active.read(as_input(asset, run.reads.get(key_of(asset))))


def _upstream(task_run: Any) -> Iterator[tuple[str, Any]]:
    for name, all_of_it in (task_run.task_inputs or {}).items():
        for one in all_of_it:
            if one.input_type in _RUNS:
                yield name, one


def dependencies(task_run: Any) -> Facet | None:
    """`jobDependencies`: the runs whose results it got (DIRECT), or only waited for (WAIT_FOR).

    Only of runs that this process knows: Prefect tells their ids, not what they ran.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, one in sorted(
        _upstream(task_run), key=lambda pair: (pair[0] == "wait_for", pair[1].id)
    ):
        above = find(one.id)
        if name != _PARENTS and above is not None and len(found) < DEPENDENCIES_MAX:
            job, run_id = above.active.job, above.active.run_id
            kind = "WAIT_FOR" if name == "wait_for" else "DIRECT"
            found.setdefault(run_id, facets.dependency(job.namespace, job.name, run_id, kind))
    return facets.job_dependencies(list(found.values()))


def materialized_by(task: Any) -> Facet | None:
    """What makes a task's assets in its stead: "dbt", "spark", ..."""
    by = getattr(task, "materialized_by", None)
    return custom("RunFacet", name=str(by)) if by else None


def outer_task(task_run: Any) -> Known | None:
    """The task run that called this one.

    Prefect also calls a generator "parent" whose items a task gets while it goes on; that one is
    among the inputs, too.
    """
    given = {one.id for name, one in _upstream(task_run) if name != _PARENTS}
    for name, one in _upstream(task_run):
        if name == _PARENTS and one.id not in given:
            found = find(one.id)
            if found is not None:
                return found
    return None
