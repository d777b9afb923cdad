"""A run of Dagster by what never changes of it: what was launched, and the plan of its steps.

All that is made of a run here is the same when it is read again, and in every process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.events import Job, Parent
from catchment_emitters.core.facets import Bag
from catchment_emitters.core.parameters import HIDDEN, as_text
from catchment_emitters.core.policy import Policy
from catchment_emitters.core.settings import Settings
from catchment_emitters.dagster.names import (
    Names,
    as_planned,
    mapping_of,
    step_run_id,
    without_mapping,
)

# Of Dagster's own tags those that are given when a run is made; others come and go later.
_TAGS_KEPT = frozenset({
    "dagster/asset_partition_range_end",
    "dagster/asset_partition_range_start",
    "dagster/backfill",
    "dagster/code_location",
    "dagster/git_commit_hash",
    "dagster/image",
    "dagster/parent_run_id",
    "dagster/partition",
    "dagster/partition_set",
    "dagster/retry_number",
    "dagster/root_run_id",
    "dagster/run_key",
    "dagster/schedule_name",
    "dagster/sensor_name",
    "dagster/step_selection",
})  # fmt: skip
_SYSTEM = ("dagster/", ".dagster/")
TAGS_MAX = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """A step of a plan: the assets and checks that it is about, the steps that it waits for."""

    assets: frozenset[str] = frozenset()
    checks: bool = False
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run: `run` is the DagsterRun; `plan` its steps by key, where mapping keys are `?`.

    `roots`: the outermost names of steps that are about assets; `executed`: steps that this run
    executes itself.
    """

    run: Any
    plan: Mapping[str, Planned]
    names: Names
    settings: Settings
    roots: frozenset[str] = frozenset()
    executed: frozenset[str] = frozenset()
    engine_version: str = ""

    @property
    def run_id(self) -> str:
        """Dagster's own id, which is a UUID."""
        return str(self.run.run_id)

    @property
    def job(self) -> Job:
        """The job that was launched."""
        kind = facets.job_type("DAGSTER", "JOB")
        return Job(self.names.jobs, self.run.job_name, {"jobType": kind})

    def parent(self) -> Parent:
        """This run, for its steps."""
        return Parent(self.run_id, self.job, self.run_id, self.job)

    def step_job(self, step_key: str) -> Job:
        """The job of a step. An asset is the same job whichever launched it."""
        name = without_mapping(step_key)
        planned = self.plan.get(as_planned(step_key), Planned())
        if name.partition(".")[0] in self.roots:
            kind = "ASSET_CHECK" if planned.checks and not planned.assets else "ASSET"
        else:
            kind, name = "OP", f"{self.run.job_name}.{name}"
        return Job(self.names.jobs, name, {"jobType": facets.job_type("DAGSTER", kind)})

    def assets_of(self, step_key: str) -> frozenset[str]:
        """The names of the assets that a step may write."""
        return self.plan.get(as_planned(step_key), Planned()).assets

    def step_facets(self, step_key: str, attempt: int = 0) -> Bag:
        """What is said of a step's run when it begins."""
        mapping = mapping_of(step_key)
        more: dict[str, Any] = {"mapping_key": mapping} if mapping else {}
        if attempt:
            more["attempt"] = attempt
        return facets.bag(
            processing_engine=self._engine(),
            tags=self._tags(),
            executionParameters=self._parameters(step_key),
            catchment_links=facets.links(self.names.pages(self.run_id)),
            jobDependencies=facets.job_dependencies(self._dependencies(step_key)),
            dagster_step=facets.custom(
                "RunFacet", run_id=self.run_id, step_key=step_key, **more
            ),
        )  # fmt: skip

    def run_facets(self) -> Bag:
        """What is said of the whole run when it begins."""
        run = self.run
        before = {"parent_run_id": run.parent_run_id, "root_run_id": run.root_run_id}
        origin = run.remote_job_origin
        place = origin.repository_origin.code_location_origin.location_name if origin else None
        said = {"run_id": self.run_id, **before, "code_location": place}
        return facets.bag(
            processing_engine=self._engine(),
            tags=self._tags(),
            catchment_links=facets.links(self.names.pages(self.run_id)),
            dagster_run=facets.custom(
                "RunFacet", **{name: value for name, value in said.items() if value}
            ),
        )

    def _engine(self) -> dict[str, Any]:
        return facets.processing_engine("dagster", self.engine_version)

    def _tags(self) -> dict[str, Any] | None:
        pairs = [
            (str(key), without_secret(str(key), value, self.settings.policy))
            for key, value in sorted(self.run.tags.items())
            if key in _TAGS_KEPT
            or key.startswith("dagster/partition/")
            or not key.startswith(_SYSTEM)
        ]
        return facets.tags("Run", pairs[:TAGS_MAX], "DAGSTER")

    def _parameters(self, step_key: str) -> dict[str, Any] | None:
        """The configuration of a step, from that of its run."""
        policy = self.settings.policy
        if not policy.of(self.step_job(step_key).name).parameters:
            return None
        place: Any = {"ops": self.run.run_config.get("ops", {})}
        for name in without_mapping(step_key).split("."):
            place = (place.get("ops") or {}).get(name) if isinstance(place, Mapping) else None
        config = place.get("config") if isinstance(place, Mapping) else None
        members = config if isinstance(config, Mapping) else {"config": config}
        return facets.execution_parameters(as_text(members, policy)) if config else None

    def _dependencies(self, step_key: str) -> list[dict[str, Any]]:
        planned = self.plan.get(as_planned(step_key))
        mapping = mapping_of(step_key)
        found = []
        for upstream in planned.waits_for if planned else ():
            actual = upstream.replace("[?]", f"[{mapping}]") if mapping else upstream
            # A step that collects dynamic outputs waits for runs whose keys no plan knows, and a
            # run from failure takes up what steps of an earlier run left.
            known = "[?]" not in actual and as_planned(actual) in self.executed
            run_id = step_run_id(self.run_id, actual) if known else None
            job = self.step_job(actual)
            found.append(facets.dependency(job.namespace, job.name, run_id, "DIRECT"))
        return found


def without_secret(tag: str, value: Any, policy: Policy) -> str:
    """The value of a tag; of one of the user's that is called like a secret it is hidden."""
    hidden = not tag.startswith(_SYSTEM) and policy.is_secret(tag)
    return HIDDEN if hidden else str(value)


def run_info(instance: Any, run: Any, names: Names, settings: Settings) -> RunInfo:
    """A run with its plan, which is read from the instance."""
    import dagster

    plan, executed = _plan(instance, run)
    roots = {key.partition(".")[0] for key, step in plan.items() if step.assets or step.checks}
    return RunInfo(
        run,
        plan,
        names,
        settings,
        roots=frozenset(map(without_mapping, roots)),
        executed=executed,
        engine_version=dagster.__version__,
    )


def _plan(instance: Any, run: Any) -> tuple[dict[str, Planned], frozenset[str]]:
    if not run.execution_plan_snapshot_id:
        return {}, frozenset()
    snapshot = instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    executed = frozenset(as_planned(key) for key in snapshot.step_keys_to_execute)
    return {step.key: _planned(step) for step in snapshot.steps}, executed


def _planned(step: Any) -> Planned:
    said = [output.properties for output in step.outputs if output.properties is not None]
    handles = [handle for one in step.inputs for handle in one.upstream_output_handles]
    return Planned(
        frozenset("/".join(one.asset_key.path) for one in said if one.asset_key is not None),
        any(one.asset_check_key is not None for one in said),
        tuple(sorted({handle.step_key for handle in handles})),
    )
