"""Answer models of provenance, and of models and their versions."""

from typing import Any, Literal

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from catchment.api.models import Answer, Count, Field, Identity, State, Time, Uuid

Basis = Literal["explicit", "column", "inputs-outputs"]
Bound = Literal["explicit", "inferred", "unconfirmed"]


class Code(Answer):
    """Which code a run ran; null where no facet says. `commit`: the version of the repository."""

    repo_url: str | None
    commit: str | None
    path: str | None
    line: int | None
    dirty: bool | None


class Parameter(Answer):
    """A parameter of a run; any JSON."""

    key: str
    value: Any


class Metric(Answer):
    """A figure of a model."""

    name: str
    value: float | None


class RunData(Answer):
    """A run: its state then, its parent's id, its code, and what it was given."""

    job: Identity
    state: State
    started_at: Time | None
    ended_at: Time | None
    parent: Uuid | None
    code: Code | None
    parameters: list[Parameter]


class Statistics(Answer):
    """How much it is: of a version as its writer says, else its first reader of the answer."""

    row_count: Count | None
    size: Count | None
    file_count: Count | None


class VersionData(Identity):
    """A version of a dataset.

    `version` is null for what was read where nobody is known to have written. `confirmed`: a run
    that wrote it had completed. `schema` is that of its latest writer.
    """

    version: str | None
    confirmed: bool
    type: str
    schema_: list[Field] | None
    statistics: Statistics | None

    model_config = ConfigDict(
        alias_generator=lambda name: to_camel(name.rstrip("_")),
        populate_by_name=True,
        extra="forbid",
    )


class RunNode(Answer):
    """A run; `id` is `run:UUID`."""

    id: str
    type: Literal["RUN"]
    data: RunData


class VersionNode(Answer):
    """A version; `id` is `dataset:NAMESPACE:NAME#VERSION`."""

    id: str
    type: Literal["DATASET_VERSION"]
    data: VersionData


class ProvenanceEdge(Answer):
    """Data flows from `origin` to `destination`: a version is read by a run, or written by it.

    Of a read, `binding` says how it is known which version was read, and `skew` that another
    version was confirmed while the run may have opened it; a write has null and false.
    `statistics`: how much was read or written; `subset`: which part of it, as its facet says.
    """

    origin: str
    destination: str
    basis: Basis
    binding: Bound | None
    skew: bool
    statistics: Statistics | None
    subset: dict[str, Any] | None


class Provenance(Answer):
    """Versions and runs, each nearest first; the first node is what was asked for.

    `frontier`: node ids to go on from if it was cut. `knownAt`: the entry of the log that was the
    last, where it was asked what was known; else null.
    """

    nodes: list[RunNode | VersionNode]
    edges: list[ProvenanceEdge]
    truncated: bool
    frontier: list[str]
    known_at: Count | None


class ModelSummary(Identity):
    """A model; `latestVersion` is its current one, null while none is confirmed."""

    latest_version: str | None
    updated_at: Time


class Models(Answer):
    """A page of models, by namespace and name."""

    models: list[ModelSummary]
    total_count: Count
    total_count_exact: bool


class ModelInput(Identity):
    """What a version was made from, and how that is known."""

    version: str | None
    binding: Bound


class ModelVersion(Answer):
    """A version of a model, as its latest writer made it; nulls where the caller may not see it."""

    version: str
    created_at: Time
    confirmed: bool
    run: Uuid | None
    job: Identity | None
    code: Code | None
    parameters: list[Parameter]
    metrics: list[Metric]
    inputs: list[ModelInput]


class Model(Identity):
    """A model and a page of its versions, the one written last first."""

    versions: list[ModelVersion]
    total_count: Count
    total_count_exact: bool
