"""Dagster's events of one run, read in order, as OpenLineage events.

Each event is made of the run, its plan, and what its step logged since the step began: of nothing
that another process does not know. So the sensor, which reads the log afterwards, and the handler,
which sits where a step is executed, make the same bytes, and so does whoever reads the log again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from catchment_emitters.core import facets
from catchment_emitters.core.events import (
    ABORT,
    COMPLETE,
    FAIL,
    OTHER,
    RUNNING,
    START,
    Dataset,
    Job,
    instant,
    run_event,
)
from catchment_emitters.core.facets import Bag, Facet
from catchment_emitters.dagster import checks
from catchment_emitters.dagster.datasets import combined, observed, written
from catchment_emitters.dagster.names import step_run_id
from catchment_emitters.dagster.runs import RunInfo
from catchment_emitters.dagster.upstream import Upstream

Event = dict[str, Any]
TERMINAL = {"PIPELINE_SUCCESS": COMPLETE, "PIPELINE_FAILURE": FAIL, "PIPELINE_CANCELED": ABORT}
DATASETS_MAX = 10_000
"""Of one step; more are left out."""


@dataclass(slots=True)
class Attempt:
    """What a step logged since it began, or began again."""

    number: int = 0
    inputs: dict[tuple[str, str], Dataset] = field(default_factory=dict)
    outputs: dict[tuple[str, str], Dataset] = field(default_factory=dict)
    made_of: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    tests: list[dict[str, Any]] = field(default_factory=list)

    def read(self, dataset: Dataset) -> None:
        """It read this."""
        before = self.inputs.get(dataset.key)
        if before is not None or len(self.inputs) < DATASETS_MAX:
            self.inputs[dataset.key] = checks.also(before, dataset) if before else dataset

    def wrote(self, dataset: Dataset, inputs: list[Dataset]) -> None:
        """It wrote this, made of these."""
        before = self.outputs.get(dataset.key)
        if before is None and len(self.outputs) >= DATASETS_MAX:
            return
        self.outputs[dataset.key] = combined(before, dataset) if before else dataset
        sources = self.made_of.setdefault(dataset.key, [])
        sources += [one.key for one in inputs if one.key not in sources]
        for one in inputs:
            self.read(one)

    def lineage(self) -> Facet | None:
        """Which inputs went into which outputs, where it is not all into all."""
        if len(self.outputs) < 2:
            return None
        return facets.lineage([facets.entry(out, of) for out, of in self.made_of.items()])


class RunReader:
    """Takes the events of one run in the order in which they were logged."""

    def __init__(self, info: RunInfo, upstream: Upstream) -> None:
        self.info = info
        self.upstream = upstream
        self.started = False
        self.ended = False
        self._open: dict[str, Attempt] = {}

    def read(self, event: Any, at: float) -> list[Event]:
        """What this DagsterEvent, logged at `at` (seconds since 1970), says in OpenLineage."""
        kind = event.event_type_value
        if kind == "PIPELINE_START" or kind in TERMINAL:
            return self._whole(kind, event, instant(at))
        handle = self.OF_STEP.get(kind)
        if handle is None or (event.step_key is None and kind != "LOGS_CAPTURED"):
            return []
        return handle(self, event, instant(at))

    # ── the run ────────────────────────────────────────────────────────────────────────────────

    def _whole(self, kind: str, event: Any, at: str) -> list[Event]:
        if kind == "PIPELINE_START":
            self.started = True
            return [self._run_event(START, at, self.info.run_facets())]
        self.ended = True
        more: Bag = {}
        if kind == "PIPELINE_FAILURE":
            data = event.event_specific_data
            error = getattr(data, "error", None)
            more["errorMessage"] = _error(error, event.message or "The run failed.")
        return [self._run_event(TERMINAL[kind], at, more)]

    def _run_event(self, kind: str, at: str, more: Bag) -> Event:
        return run_event(kind, self.info.run_id, self.info.job, at=at, run_facets=more)

    def end_all(self, kind: str, at: float) -> list[Event]:
        """Steps that nobody ended, when their run did: its process is gone.

        `kind` is that of the run's end. For the sensor alone: it has seen all that there is.
        """
        ends = ABORT if kind == "PIPELINE_CANCELED" else FAIL
        facet = facets.error_message("The run ended while this step was running.")
        found = [
            self._step_event(ends, key, instant(at), {"errorMessage": facet}) for key in self._open
        ]
        self._open.clear()
        return found

    def never_started(self, at: float) -> list[Event]:
        """The START of a run that ended before it began, for the sensor alone."""
        self.started = True
        return [self._run_event(START, instant(at), self.info.run_facets())]

    # ── a step ─────────────────────────────────────────────────────────────────────────────────

    def _step_event(self, kind: str, key: str, at: str, more: Bag, **data: Any) -> Event:
        job = self.info.step_job(key)
        allowed = self.info.settings.policy.of(job.name).datasets
        job_facets = job.facets | facets.bag(lineage=data.pop("lineage", None) if allowed else None)
        return run_event(
            kind,
            step_run_id(self.info.run_id, key),
            Job(job.namespace, job.name, job_facets),
            at=at,
            parent=self.info.parent(),
            run_facets=more,
            **(data if allowed else {}),
        )

    def _begun(self, event: Any, at: str) -> list[Event]:
        key = event.step_key
        self._open[key] = Attempt()
        return [self._step_event(START, key, at, self.info.step_facets(key))]

    def _begun_again(self, event: Any, at: str) -> list[Event]:
        key = event.step_key
        # In a process of its own an attempt does not know how many there were.
        number = _attempt(event)
        self._open[key] = Attempt(number)
        return [self._step_event(RUNNING, key, at, self.info.step_facets(key, number))]

    def _succeeded(self, event: Any, at: str) -> list[Event]:
        attempt = self._open.pop(event.step_key, Attempt())
        return [self._with_data(COMPLETE, event.step_key, attempt, at)]

    def _with_data(self, kind: str, key: str, attempt: Attempt, at: str) -> Event:
        return self._step_event(
            kind,
            key,
            at,
            facets.bag(test=checks.tests_facet(attempt.tests)),
            inputs=attempt.inputs.values(),
            outputs=attempt.outputs.values(),
            lineage=attempt.lineage(),
        )

    def _failed(self, event: Any, at: str) -> list[Event]:
        """Not in one event with what was written: who sees a process die knows nothing of that."""
        key = event.step_key
        data = event.event_specific_data
        error = _error(getattr(data, "error", None), event.message)
        found = self._so_far(key, at)
        if event.event_type_value == "STEP_UP_FOR_RETRY":
            self._open.setdefault(key, Attempt())
            # Not as errorMessage: that would stand there when the next attempt succeeded.
            why = facets.custom("RunFacet", message=error["message"])
            return [*found, self._step_event(RUNNING, key, at, {"dagster_retry": why})]
        return [*found, self._step_event(FAIL, key, at, {"errorMessage": error})]

    def _so_far(self, key: str, at: str) -> list[Event]:
        attempt = self._open.pop(key, None)
        if attempt is None or not (attempt.inputs or attempt.outputs or attempt.tests):
            return []
        return [self._with_data(RUNNING, key, attempt, at)]

    def _skipped(self, event: Any, at: str) -> list[Event]:
        self._open.pop(event.step_key, None)
        reason = facets.error_message(event.message or "The step was skipped.")
        return [self._step_event(ABORT, event.step_key, at, {"errorMessage": reason})]

    # ── what it says of its data ───────────────────────────────────────────────────────────────

    def _materialized(self, event: Any, _at: str) -> list[Event]:
        said = event.event_specific_data.materialization
        info = self.info
        made = written(said, info.names, info.run_id, self.upstream, info.settings.policy)
        self._open.setdefault(event.step_key, Attempt()).wrote(made.dataset, made.inputs)
        return []

    def _observed(self, event: Any, _at: str) -> list[Event]:
        seen = observed(event.event_specific_data.asset_observation, self.info.names)
        self._open.setdefault(event.step_key, Attempt()).read(seen)
        return []

    def _checked(self, event: Any, at: str) -> list[Event]:
        """A check of what the step itself wrote is a run of its own, which reads it."""
        check = event.event_specific_data
        attempt = self._open.setdefault(event.step_key, Attempt())
        own = attempt.outputs.get(self.info.names.asset(check.asset_key))
        version = own.facets.get("version") if own else None
        dataset = checks.checked(check, self.info.names, version)
        planned = "/".join(check.asset_key.path) in self.info.assets_of(event.step_key)
        if own is None and not planned:
            attempt.read(dataset)
            attempt.tests.append(checks.test(check))
            return []
        return self._check_run(event.step_key, check, dataset, at)

    def _check_run(self, key: str, check: Any, dataset: Dataset, at: str) -> list[Event]:
        step = self.info.step_job(key)
        kind = facets.job_type("DAGSTER", "ASSET_CHECK")
        job = Job(step.namespace, f"{step.name}.{check.check_name}", {"jobType": kind})
        parts = (key, "/".join(check.asset_key.path), check.check_name, check.partition or "")
        run_id = step_run_id(self.info.run_id, "\0".join(parts))
        allowed = self.info.settings.policy.of(job.name).datasets
        parent = self.info.parent()
        engine = self.info.step_facets(key)["processing_engine"]
        begun = run_event(
            START, run_id, job, at=at, parent=parent, run_facets={"processing_engine": engine}
        )
        ended = run_event(
            COMPLETE,
            run_id,
            job,
            at=at,
            parent=parent,
            run_facets=facets.bag(test=checks.tests_facet([checks.test(check)])),
            inputs=[dataset] if allowed else [],
        )
        return [begun, ended]

    def _captured(self, event: Any, at: str) -> list[Event]:
        """Where output is kept by somebody else, its page."""
        data = event.event_specific_data
        url = data.external_url or data.external_stdout_url
        if not url:
            return []
        pages = facets.links(self.info.names.pages(self.info.run_id) | {"logs": url})
        more = facets.bag(catchment_links=pages)
        return [self._step_event(OTHER, key, at, more) for key in data.step_keys or ()]

    OF_STEP: ClassVar[dict[str, Callable[["RunReader", Any, str], list[Event]]]] = {
        "STEP_START": _begun,
        "STEP_RESTARTED": _begun_again,
        "STEP_UP_FOR_RETRY": _failed,
        "STEP_SUCCESS": _succeeded,
        "STEP_FAILURE": _failed,
        "STEP_SKIPPED": _skipped,
        "ASSET_MATERIALIZATION": _materialized,
        "ASSET_OBSERVATION": _observed,
        "ASSET_CHECK_EVALUATION": _checked,
        "LOGS_CAPTURED": _captured,
    }


READ = frozenset({"PIPELINE_START", *TERMINAL, *RunReader.OF_STEP})
"""The types of events that say something, by the names that storages have for them."""


def _attempt(event: Any) -> int:
    """`Started re-execution (attempt # 2) of step ...`: the only place that has the number."""
    words = (event.message or "").partition("attempt # ")[2]
    digits = words.partition(")")[0]
    return int(digits) if digits.isdigit() else 1


def _error(error: Any, message: str | None) -> Facet:
    """What went wrong in the user's code: Dagster's own exception is around it."""
    if error is None:
        return facets.error_message(message or "It failed.")
    inner = error
    while inner.cause is not None:
        inner = inner.cause
    return facets.error_message(inner.message.strip() or message or "It failed.", error.to_string())
