"""Answer models of versions, of the events of runs, and of the lineage of one run."""

from typing import Any

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from catchment.api.models import (
    Answer,
    Count,
    DatasetRead,
    DatasetWrite,
    Field,
    Identity,
    Run,
    State,
    Time,
    Uuid,
    VersionId,
)


class WrittenVersion(Answer):
    """A version of a dataset, as the write that made it shows it.

    `createdByRun` is the run that wrote it (of several the latest; `createdByRuns` has the ids of
    all, latest first); null if the caller may not see it. `confirmed`: one of them completed.
    """

    id: Identity
    type: str
    name: str
    physical_name: str
    created_at: Time
    updated_at: Time
    version: str
    namespace: str
    source_name: str
    fields_: list[Field]
    tags: list[str]
    lifecycle_state: str | None
    description: str | None
    current_schema_version: Uuid | None
    created_by_run: Run | None
    created_by_runs: list[Uuid]
    confirmed: bool
    facets: dict[str, Any]

    model_config = ConfigDict(
        alias_generator=lambda name: to_camel(name.rstrip("_")),
        populate_by_name=True,
        extra="forbid",
    )


class WrittenVersions(Answer):
    """A page of versions of a dataset."""

    versions: list[WrittenVersion]
    total_count: Count
    total_count_exact: bool


class JobVersion(Answer):
    """A version of a job: what it reads and writes, and where its code is."""

    id: VersionId
    name: str
    created_at: Time
    version: Uuid
    namespace: str
    location: str | None
    inputs: list[Identity]
    outputs: list[Identity]
    latest_run: Run


class JobVersions(Answer):
    """A page of versions of a job."""

    versions: list[JobVersion]
    total_count: Count


class RunFacets(Answer):
    """Facets of a run, or of its job as the run showed it."""

    run_id: Uuid
    facets: dict[str, Any]


class DatasetsOfRun(Answer):
    """What a run read and wrote, with all facets."""

    run_id: Uuid
    input_dataset_versions: list[DatasetRead]
    output_dataset_versions: list[DatasetWrite]


class RunEvents(Answer):
    """A page of run events as they were received. `totalCountExact`: there are no more."""

    events: list[Any]
    total_count: Count
    total_count_exact: bool
    truncated: bool


class RunTimes(Answer):
    """A run in short."""

    id: Uuid
    start: Time | None
    end: Time | None
    status: State


class RunInput(VersionId):
    """A version that a run read."""

    produced_by_run_id: Uuid | None


class UpstreamRun(Answer):
    """A run with what it read."""

    job: VersionId
    run: RunTimes
    inputs: list[RunInput]


class RunLineage(Answer):
    """Runs upstream of one, nearest first. `frontier`: where to go on if the answer was cut."""

    runs: list[UpstreamRun]
    truncated: bool
    frontier: list[str]
