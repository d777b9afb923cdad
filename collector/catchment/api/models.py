"""Answer models: what the OpenAPI document says of answers. Tests check answers against them.

Written from the shapes that Marquez's clients read, with what is said beyond.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel

from catchment.lineage.ports import Kind, Source

# Answers are written from plain values, so these say what is in them and check nothing.
Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Sha256 = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})]
Count = Annotated[int, WithJsonSchema({"type": "integer", "format": "int64", "minimum": 0})]
State = Literal["NEW", "RUNNING", "COMPLETED", "ABORTED", "FAILED"]


def name_of(member: Kind | Source) -> str:
    """How a kind or a source of an entry is called outside."""
    return member.name.lower().replace("_", "-")


KINDS = [name_of(kind) for kind in Kind]
_SOURCES = [name_of(source) for source in Source]
KindName = Annotated[str, WithJsonSchema({"type": "string", "enum": KINDS})]
SourceName = Annotated[str, WithJsonSchema({"type": "string", "enum": _SOURCES})]


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


def refusal(says: str) -> dict[str, Any]:
    """A response of the OpenAPI document that is a problem document."""
    schema = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}
    return {"description": says, "content": {"application/problem+json": {"schema": schema}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: refusal("A parameter cannot be read."),
    401: refusal("A key is needed."),
    403: refusal("The key may not do this, or pages of this Origin may not ask."),
    404: refusal("Nothing of that name was ever seen."),
    503: refusal("The database is away or busy; try again in a second."),
}
UNNAMABLE = PROBLEMS | {422: refusal("A name is blank or too long.")}
UNREADABLE = PROBLEMS | {
    413: refusal("The body is too large."),
    415: refusal("The body is not JSON."),
    422: refusal("A name is blank or too long, or the body is not what is asked for."),
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
    created_at: Time
    updated_at: Time
    owner_name: str | None
    description: str | None
    is_hidden: bool


class Namespaces(Answer):
    """A page of namespaces."""

    namespaces: list[Namespace]


class Tag(Answer):
    """A tag, and what it means."""

    name: str
    description: str | None


class Tags(Answer):
    """A page of tags."""

    tags: list[Tag]


class DataSource(Answer):
    """Where datasets lie. `connectionUrl` is empty where nobody says; `type` is its scheme."""

    type: str
    name: str
    created_at: Time
    updated_at: Time
    connection_url: str
    description: str | None


class Sources(Answer):
    """A page of sources."""

    sources: list[DataSource]


class Field(Answer):
    """A column; nested ones by dotted path."""

    name: str
    type: str | None
    tags: list[str]
    description: str | None


class DatasetNode(Answer):
    """A dataset in a graph. `aliases`: all its names, where it has several; `aliasOf`: the first.

    `aliasOf` is null on the name that stands for all of them.
    """

    id: Identity
    type: str
    name: str
    physical_name: str
    created_at: Time
    updated_at: Time
    namespace: str
    source_name: str
    fields_: list[Field]
    tags: list[str]
    last_modified_at: Time
    description: str | None
    last_lifecycle_state: str | None
    aliases: list[Identity]
    alias_of: Identity | None

    model_config = ConfigDict(
        alias_generator=lambda name: to_camel(name.rstrip("_")),
        populate_by_name=True,
        extra="forbid",
    )


class SourceField(Answer):
    """A column that another one was made of."""

    namespace: str
    dataset: str
    field: str
    transformation_description: str | None
    transformation_type: str | None


class MadeColumn(Answer):
    """A column that its dataset's `columnLineage` facet maps."""

    name: str
    input_fields: list[SourceField]
    transformation_description: str | None
    transformation_type: str | None


class Dataset(DatasetNode):
    """A dataset. `columnLineage` is null where no facet maps a column, never empty."""

    current_version: str | None
    column_lineage: list[MadeColumn] | None
    facets: dict[str, Any]
    deleted: bool


class Datasets(Answer):
    """A page of datasets. `totalCountExact` is false beyond 10,000: there are more then."""

    datasets: list[Dataset]
    total_count: Count
    total_count_exact: bool


class DatasetVersion(Answer):
    """What a run read or wrote."""

    dataset_version_id: VersionId
    facets: dict[str, Any]


class DatasetRead(DatasetVersion):
    """What a run read. `facets` holds its `inputFacets` as well, for clients of Marquez."""

    input_facets: dict[str, Any]


class DatasetWrite(DatasetVersion):
    """What a run wrote. `facets` holds its `outputFacets` as well, for clients of Marquez."""

    output_facets: dict[str, Any]


class Run(Answer):
    """A run. `startInferred`: no START was seen; `conflict`: differing ends, or several jobs."""

    id: Uuid
    created_at: Time
    updated_at: Time
    nominal_start_time: Time | None
    nominal_end_time: Time | None
    state: State
    started_at: Time | None
    ended_at: Time | None
    duration_ms: Count | None
    start_inferred: bool
    conflict: bool
    args: dict[str, Any]
    job: Identity
    job_version: VersionId | None
    input_dataset_versions: list[DatasetRead]
    output_dataset_versions: list[DatasetWrite]
    facets: dict[str, Any]
    external_id: str | None = None
    parent_run: Uuid | None = None
    root_run: Uuid | None = None


class Runs(Answer):
    """A page of runs. `totalCountExact` is false beyond 10,000: there are more then."""

    runs: list[Run]
    total_count: Count
    total_count_exact: bool


class JobNode(Answer):
    """A job in a graph."""

    id: Identity
    type: Literal["BATCH", "STREAM", "SERVICE"]
    name: str
    simple_name: str
    parent_job_name: str | None
    parent_job_uuid: Uuid | None
    current_run_uuid: Uuid | None
    created_at: Time
    updated_at: Time
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
    current_version: Uuid | None
    labels: list[str]
    tags: list[str]


class Jobs(Answer):
    """A page of jobs. `totalCountExact` is false beyond 10,000: there are more then."""

    jobs: list[Job]
    total_count: Count
    total_count_exact: bool


class Edge(Answer):
    """An edge between a job and a dataset, pointing downstream; or between two of a kind.

    Between datasets: what one says that it was made of, by whichever job (`declared`). Between
    jobs: data that is handed over without a dataset (`explicit`), or what must come before
    what (`control`, which is no data flow and leads nowhere); `lastSeen` is null there.
    """

    origin: str
    destination: str
    basis: Literal["explicit", "column", "inputs-outputs", "declared", "control"]
    first_seen: Time
    last_seen: Time | None
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

    seq: Count
    kind: KindName
    logged_at: Time
    event_time: Time | None
    event_type: str | None
    run: Uuid | None
    job: Identity | None
    dataset: Identity | None
    source: SourceName
    sha256: Sha256
    problems: list[ProblemEntry]


class EntryMeta(Entry):
    """An entry with the envelope that the audit trail hashes."""

    leaf: str


class Entries(Answer):
    """A part of the log."""

    events: list[Entry]
    next: Count | None


class DeadLetter(Answer):
    """Bytes that could not be used."""

    seq: Count
    reason: str
    source: SourceName
    topic: str | None
    partition: int | None
    offset: int | None
    key: str | None
    count: Count
    sha256: Sha256
    problems: list[ProblemEntry]
    logged_at: Time


class DeadLetters(Answer):
    """A part of the dead letters."""

    dead_letters: list[DeadLetter]
    next: Count | None
