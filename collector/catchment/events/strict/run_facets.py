"""Facets of runs."""

from typing import NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Facet, Identifier, Tag
from catchment.events.strict.kinds import DateTime, Integer, Uuid
from catchment.events.strict.registry_facets import GcpComposerRunFacet, GcpDataprocRunFacet


class ParentRun(TypedDict):
    """The parent or root run, with some of its facets forwarded."""

    runId: Uuid
    facets: NotRequired[dict[str, Facet]]


class ParentJob(Identifier):
    """The parent or root job, with some of its facets forwarded."""

    facets: NotRequired[dict[str, DeletableFacet]]


class Root(TypedDict):
    """The outermost run, of which all others are descendants."""

    run: ParentRun
    job: ParentJob


class ParentRunFacet(Facet):
    """`parent` (1-2-0): the run that started this one.

    It is the parent of the run and names the root of them all; both exist from then on, whether or
    not an event of theirs ever comes.
    """

    run: ParentRun
    job: ParentJob
    root: NotRequired[Root]


class RunIdentifier(TypedDict):
    """A run by its id."""

    runId: Uuid


class JobDependency(TypedDict):
    """A job, or a run of it, that comes before or after."""

    job: Identifier
    run: NotRequired[RunIdentifier]
    dependency_type: NotRequired[str]
    sequence_trigger_rule: NotRequired[str]
    status_trigger_rule: NotRequired[str]


class JobDependenciesRunFacet(Facet):
    """`jobDependencies` (1-0-1): control flow, which is no data flow.

    It is shown with the run, and gives edges of basis `control` between jobs; no walk goes along
    them.
    """

    upstream: NotRequired[list[JobDependency]]
    downstream: NotRequired[list[JobDependency]]
    trigger_rule: NotRequired[str]


class NominalTimeRunFacet(Facet):
    """`nominalTime` (1-0-1): the time that the run is about.

    It gives the run its `nominalStartTime` and `nominalEndTime`.
    """

    nominalStartTime: DateTime
    nominalEndTime: NotRequired[DateTime]


class ErrorMessageRunFacet(Facet):
    """`errorMessage` (1-0-1): why the run failed.

    It is shown with the run; that the run failed, the type of its event says.
    """

    message: str
    programmingLanguage: str
    stackTrace: NotRequired[str]


class ExtractionError(TypedDict):
    """One task of which the lineage could not be told."""

    errorMessage: str
    stackTrace: NotRequired[str]
    task: NotRequired[str]
    taskNumber: NotRequired[Integer]


class ExtractionErrorRunFacet(Facet):
    """`extractionError` (1-1-2): how much of the lineage is missing.

    It is shown with the run, whose lineage is what could be told.
    """

    totalTasks: Integer
    failedTasks: Integer
    errors: list[ExtractionError]


class ExternalQueryRunFacet(Facet):
    """`externalQuery` (1-0-2): the id of the query elsewhere.

    It is shown with the run.
    """

    externalQueryId: str
    source: str


class ProcessingEngineRunFacet(Facet):
    """`processing_engine` (1-1-1): what ran it.

    It is shown with the run.
    """

    version: str
    name: NotRequired[str]
    openlineageAdapterVersion: NotRequired[str]


class EnvironmentVariable(TypedDict):
    """One variable."""

    name: str
    value: str


class EnvironmentVariablesRunFacet(Facet):
    """`environmentVariables` (1-0-0): those that somebody chose to send.

    They are shown with the run; without scope `raw`, values whose names sound like secrets are
    blanked.
    """

    environmentVariables: list[EnvironmentVariable]


@with_config(ConfigDict(extra="forbid"))
class ExecutionParameter(TypedDict):
    """One parameter; the only object of OpenLineage that may have no other members."""

    key: str
    name: NotRequired[str]
    description: NotRequired[str]
    value: NotRequired[str]


class ExecutionParametersRunFacet(Facet):
    """`executionParameters` (1-0-0): what the run was started with.

    They are shown with the run.
    """

    parameters: NotRequired[list[ExecutionParameter]]


class TagsRunFacet(Facet):
    """`tags` (1-0-0) of a run.

    They are shown with the run.
    """

    tags: NotRequired[list[Tag]]


class TestExecution(TypedDict):
    """One test and its result."""

    name: str
    status: str
    severity: NotRequired[str]
    type: NotRequired[str]
    description: NotRequired[str]
    expected: NotRequired[str]
    actual: NotRequired[str]
    content: NotRequired[str]
    contentType: NotRequired[str]
    params: NotRequired[dict[str, object]]


class TestRunFacet(Facet):
    """`test` (1-0-1): what the run tested.

    It is shown with the run.
    """

    tests: list[TestExecution]


RUN_FACETS = {
    "environmentVariables": EnvironmentVariablesRunFacet,
    "errorMessage": ErrorMessageRunFacet,
    "executionParameters": ExecutionParametersRunFacet,
    "externalQuery": ExternalQueryRunFacet,
    "extractionError": ExtractionErrorRunFacet,
    "gcp_composer_run": GcpComposerRunFacet,
    "gcp_dataproc": GcpDataprocRunFacet,
    "jobDependencies": JobDependenciesRunFacet,
    "nominalTime": NominalTimeRunFacet,
    "parent": ParentRunFacet,
    "processing_engine": ProcessingEngineRunFacet,
    "tags": TagsRunFacet,
    "test": TestRunFacet,
}
