"""Answer models: what the OpenAPI document says of answers. Tests check answers against them.

Written from the shapes that Marquez's clients read, with what is said beyond.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """Common to all: camelCase outside, no member that is not listed."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class ProblemEntry(Answer):
    """One thing wrong: a JSON pointer and a reason."""

    pointer: str
    reason: str


class ProblemDocument(Answer):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemEntry]


_PROBLEM = {"content": {"application/problem+json": {}}, "model": ProblemDocument}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {**_PROBLEM, "description": "A parameter cannot be read."},
    401: {**_PROBLEM, "description": "A key is needed."},
    403: {**_PROBLEM, "description": "The key may not do this."},
    404: {**_PROBLEM, "description": "Nothing of that name was ever seen."},
    503: {**_PROBLEM, "description": "The database is away or busy; try again in a second."},
}


class Identity(Answer):
    """Namespace and name, as they were emitted."""

    namespace: str
    name: str


class VersionId(Identity):
    """A version of a job or dataset."""

    version: str | None


class Namespace(Answer):
    """A namespace; times are the earliest and latest eventTime that names it."""

    name: str
    created_at: str
    updated_at: str
    owner_name: str | None
    description: str | None
    is_hidden: bool


class Namespaces(Answer):
    """A page of namespaces."""

    namespaces: list[Namespace]


class Source(Answer):
    """Where datasets lie. `connectionUrl` is empty where nobody says; `type` is its scheme."""

    type: str
    name: str
    created_at: str
    updated_at: str
    connection_url: str
    description: str | None


class Sources(Answer):
    """A page of sources."""

    sources: list[Source]


class Field(Answer):
    """A column; nested ones by dotted path."""

    name: str
    type: str | None
    tags: list[str]
    description: str | None


class DatasetNode(Answer):
    """A dataset in a graph."""

    id: Identity
    type: str
    name: str
    physical_name: str
    created_at: str
    updated_at: str
    namespace: str
    source_name: str
    fields_: list[Field] = []
    tags: list[str]
    last_modified_at: str
    description: str | None
    last_lifecycle_state: str | None

    model_config = ConfigDict(
        alias_generator=lambda name: to_camel(name.rstrip("_")),
        populate_by_name=True,
        extra="forbid",
    )


class Dataset(DatasetNode):
    """A dataset."""

    current_version: str | None
    column_lineage: list[Any] | None
    facets: dict[str, Any]
    deleted: bool


class Datasets(Answer):
    """A page of datasets. `totalCountExact` is false beyond 10,000: there are more then."""

    datasets: list[Dataset]
    total_count: int
    total_count_exact: bool


class DatasetVersion(Answer):
    """What a run read or wrote."""

    dataset_version_id: VersionId
    facets: dict[str, Any]


class Run(Answer):
    """A run. `startInferred`: no START was seen; `conflict`: differing ends, or several jobs."""

    id: str
    created_at: str
    updated_at: str
    nominal_start_time: str | None
    nominal_end_time: str | None
    state: Literal["NEW", "RUNNING", "COMPLETED", "ABORTED", "FAILED"]
    started_at: str | None
    ended_at: str | None
    duration_ms: int | None
    start_inferred: bool
    conflict: bool
    args: dict[str, Any]
    job: Identity
    job_version: VersionId | None
    input_dataset_versions: list[DatasetVersion]
    output_dataset_versions: list[DatasetVersion]
    facets: dict[str, Any]
    external_id: str | None = None
    parent_run: str | None = None
    root_run: str | None = None


class Runs(Answer):
    """A page of runs. `totalCountExact` is false beyond 10,000: there are more then."""

    runs: list[Run]
    total_count: int
    total_count_exact: bool


class JobNode(Answer):
    """A job in a graph."""

    id: Identity
    type: str
    name: str
    simple_name: str
    parent_job_name: str | None
    parent_job_uuid: str | None
    current_run_uuid: str | None
    created_at: str
    updated_at: str
    namespace: str
    inputs: list[Identity]
    outputs: list[Identity]
    location: str | None
    description: str | None
    latest_run: Run | None


class Job(JobNode):
    """A job. `latestRuns` is null, never empty."""

    latest_runs: list[Run] | None
    facets: dict[str, Any]
    current_version: str | None
    labels: list[str]
    tags: list[str]


class Jobs(Answer):
    """A page of jobs. `totalCountExact` is false beyond 10,000: there are more then."""

    jobs: list[Job]
    total_count: int
    total_count_exact: bool


class Edge(Answer):
    """An edge between a job and a dataset, pointing downstream."""

    origin: str
    destination: str
    basis: Literal["explicit", "column", "inputs-outputs", "declared"]
    first_seen: str
    last_seen: str
    stale: bool
    confirmed: bool


class Node(Answer):
    """A node of a graph."""

    id: str
    type: Literal["JOB", "DATASET"]
    data: JobNode | DatasetNode
    in_edges: list[Edge]
    out_edges: list[Edge]


class Graph(Answer):
    """Nodes by id. `frontier`: where to go on if the answer was cut."""

    graph: list[Node]
    truncated: bool
    frontier: list[str]


class Entry(Answer):
    """An entry of the log."""

    seq: int
    kind: str
    logged_at: str
    event_time: str | None
    event_type: str | None
    run: str | None
    job: Identity | None
    dataset: Identity | None
    source: str
    sha256: str
    problems: list[ProblemEntry]


class EntryMeta(Entry):
    """An entry with the envelope that the audit trail hashes."""

    leaf: str


class Entries(Answer):
    """A part of the log."""

    events: list[Entry]
    next: int | None


class DeadLetter(Answer):
    """Bytes that could not be used."""

    seq: int
    reason: str
    source: str
    topic: str | None
    partition: int | None
    offset: int | None
    key: str | None
    count: int
    sha256: str
    problems: list[ProblemEntry]
    logged_at: str


class DeadLetters(Answer):
    """A part of the dead letters."""

    dead_letters: list[DeadLetter]
    next: int | None
