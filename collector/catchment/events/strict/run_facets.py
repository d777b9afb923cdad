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
    """`parent`: the run that started this one."""

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
    """`jobDependencies`: control flow, which is no data flow."""

    upstream: NotRequired[list[JobDependency]]
    downstream: NotRequired[list[JobDependency]]
    trigger_rule: NotRequired[str]


class NominalTimeRunFacet(Facet):
    """`nominalTime`: the time that the run is about."""

    nominalStartTime: DateTime
    nominalEndTime: NotRequired[DateTime]


class ErrorMessageRunFacet(Facet):
    """`errorMessage`: why the run failed."""

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
    """`extractionError`: how much of the lineage is missing."""

    totalTasks: Integer
    failedTasks: Integer
    errors: list[ExtractionError]


class ExternalQueryRunFacet(Facet):
    """`externalQuery`: the id of the query elsewhere."""

    externalQueryId: str
    source: str


class ProcessingEngineRunFacet(Facet):
    """`processing_engine`: what ran it."""

    version: str
    name: NotRequired[str]
    openlineageAdapterVersion: NotRequired[str]


class EnvironmentVariable(TypedDict):
    """One variable."""

    name: str
    value: str


class EnvironmentVariablesRunFacet(Facet):
    """`environmentVariables`: those that somebody chose to send."""

    environmentVariables: list[EnvironmentVariable]


@with_config(ConfigDict(extra="forbid"))
class ExecutionParameter(TypedDict):
    """One parameter; the only object of OpenLineage that may have no other members."""

    key: str
    name: NotRequired[str]
    description: NotRequired[str]
    value: NotRequired[str]


class ExecutionParametersRunFacet(Facet):
    """`executionParameters`: what the run was started with."""

    parameters: NotRequired[list[ExecutionParameter]]


class TagsRunFacet(Facet):
    """`tags` of a run."""

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
    """`test`: what the run tested."""

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
