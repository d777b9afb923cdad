"""OpenLineage events as dicts: who they are about, and how they are put together."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from catchment_emitters.core.facets import PRODUCER, Bag
from catchment_emitters.core.facets import facet as spec_facet

_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"

START, RUNNING, COMPLETE, FAIL, ABORT = "START", "RUNNING", "COMPLETE", "FAIL", "ABORT"
OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Job:
    """A job by its namespace and name, with the facets that an event shows of it."""

    namespace: str
    name: str
    facets: Bag = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Parent:
    """The run that a run is part of, and the outermost one."""

    run_id: str
    job: Job
    root_run_id: str
    root_job: Job

    def facet(self) -> dict[str, Any]:
        """The facet `parent`."""
        return spec_facet(
            "1-2-0",
            "ParentRunFacet",
            run={"runId": self.run_id},
            job=_name(self.job),
            root={"run": {"runId": self.root_run_id}, "job": _name(self.root_job)},
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as a run reads or writes it.

    `facets` are said of the dataset, `io_facets` of this read or write (input- or outputFacets).
    """

    namespace: str
    name: str
    facets: Bag = field(default_factory=dict, compare=False)
    io_facets: Bag = field(default_factory=dict, compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same dataset."""
        return (self.namespace, self.name)

    def merged(self, later: "Dataset") -> "Dataset":
        """The same with what was said of it later on top."""
        facets, io_facets = self.facets | later.facets, self.io_facets | later.io_facets
        return Dataset(self.namespace, self.name, facets, io_facets)


def run_event(
    kind: str,
    run_id: str,
    job: Job,
    *,
    at: str | None = None,
    parent: Parent | None = None,
    run_facets: Bag | None = None,
    inputs: Iterable[Dataset] = (),
    outputs: Iterable[Dataset] = (),
) -> dict[str, Any]:
    """A RunEvent. `kind`: START, RUNNING, COMPLETE, FAIL, ABORT or OTHER; `at`: RFC 3339."""
    facets = dict(run_facets or {})
    if parent is not None:
        facets["parent"] = parent.facet()
    return {
        "eventType": kind,
        "eventTime": at or now(),
        "producer": PRODUCER,
        "schemaURL": f"{_SPEC}/RunEvent",
        "run": {"runId": run_id, "facets": facets},
        "job": {**_name(job), "facets": job.facets},
        "inputs": [_element(one, "inputFacets") for one in inputs],
        "outputs": [_element(one, "outputFacets") for one in outputs],
    }


def dataset_event(dataset: Dataset, at: str | None = None) -> dict[str, Any]:
    """A DatasetEvent: what is so of a dataset without any run."""
    return {
        "eventTime": at or now(),
        "producer": PRODUCER,
        "schemaURL": f"{_SPEC}/DatasetEvent",
        "dataset": {"namespace": dataset.namespace, "name": dataset.name, "facets": dataset.facets},
    }


def encode(event: dict[str, Any]) -> bytes:
    """An event as bytes: the same for the same event, whatever is in it.

    What is no JSON is shown by its type; NaN and infinities become null.
    """
    try:
        return _dump(event)
    except (ValueError, TypeError, RecursionError):
        return _dump(_finite(event, 0))


# Made once: `json.dumps` makes one for each call.
_to_text = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, default=lambda one: f"<{type(one).__name__}>"
).encode


def _dump(event: Any) -> bytes:
    return _to_text(event).encode()


_DEPTH_MAX = 100


def _finite(value: Any, depth: int) -> Any:
    if depth > _DEPTH_MAX:
        return None
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): _finite(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one, depth + 1) for one in value]
    return value


def now() -> str:
    """This instant, RFC 3339 in UTC with microseconds."""
    return instant(time.time())


def instant(seconds: float) -> str:
    """Seconds since 1970 as RFC 3339 in UTC with microseconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _name(job: Job) -> dict[str, Any]:
    return {"namespace": job.namespace, "name": job.name}


def _element(dataset: Dataset, io: str) -> dict[str, Any]:
    more = {io: dataset.io_facets} if dataset.io_facets else {}
    return {
        "namespace": dataset.namespace,
        "name": dataset.name,
        "facets": dataset.facets,
        **more,
    }
