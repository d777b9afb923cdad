"""Facets of OpenLineage's registry: Google Cloud and Iceberg. Their metrics are open sets."""

from typing import NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Facet
from catchment.events.strict.kinds import Number


class GcpComposerRunFacet(Facet):
    """`gcp_composer_run` (1-0-x): the run as Cloud Composer knows it.

    It is shown with the run.
    """

    dagRunId: str
    taskExecutionDate: NotRequired[str]


class GcpComposerJobFacet(DeletableFacet):
    """`gcp_composer_job` (1-0-x): the task as Cloud Composer knows it.

    It is shown with the job.
    """

    environmentName: str
    dagId: str
    airflowVersion: str
    composerVersion: str
    operator: NotRequired[str]
    taskId: NotRequired[str]


class GcpDataprocRunFacet(Facet):
    """`gcp_dataproc` (1-0-x): the run as Dataproc knows it.

    It is shown with the run.
    """

    appId: NotRequired[str]
    appName: NotRequired[str]
    batchId: NotRequired[str]
    batchUuid: NotRequired[str]
    clusterName: NotRequired[str]
    clusterUuid: NotRequired[str]
    jobId: NotRequired[str]
    jobUuid: NotRequired[str]
    projectId: NotRequired[str]
    queryNodeName: NotRequired[str]
    sessionId: NotRequired[str]
    sessionUuid: NotRequired[str]


class GcpOrigin(TypedDict):
    """Which service knows the job."""

    name: NotRequired[str]
    sourceType: NotRequired[str]


class GcpLineageJobFacet(DeletableFacet):
    """`gcp_lineage` (1-0-x): the job as Google Cloud shows it.

    It is shown with the job.
    """

    displayName: NotRequired[str]
    origin: NotRequired[GcpOrigin]


class IcebergScanReportInputDatasetFacet(Facet):
    """`icebergScanReport` (1-0-x): how a table was read.

    It is shown with the read, with all digits of its `snapshotId`.
    """

    snapshotId: NotRequired[Number]
    filter: NotRequired[str]
    schemaId: NotRequired[Number]
    projectedFieldNames: NotRequired[list[str]]
    scanMetrics: NotRequired[dict[str, object]]
    metadata: NotRequired[dict[str, object]]


class IcebergCommitReportOutputDatasetFacet(Facet):
    """`icebergCommitReport` (1-0-x): what a commit wrote.

    It is shown with the write and its version, with all digits of its `snapshotId`.
    """

    snapshotId: NotRequired[Number]
    sequenceNumber: NotRequired[Number]
    operation: NotRequired[str]
    commitMetrics: NotRequired[dict[str, object]]
    metadata: NotRequired[dict[str, object]]
