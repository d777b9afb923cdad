"""Facets of jobs."""

from typing import NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Owner, Tag
from catchment.events.strict.kinds import Positive, Uri
from catchment.events.strict.lineage_facets import LineageJobFacet
from catchment.events.strict.registry_facets import GcpComposerJobFacet, GcpLineageJobFacet


class DocumentationJobFacet(DeletableFacet):
    """`documentation` (1-1-0) of a job.

    It is the description of the job, has history, and its words are searched.
    """

    description: str
    contentType: NotRequired[str]


class EmissionPattern(TypedDict):
    """When events come, and whether each stands alone."""

    eventTrigger: str
    eventContentMode: str
    windowDuration: NotRequired[Positive]


class JobTypeJobFacet(DeletableFacet):
    """`jobType` (2-0-4): what kind of job it is.

    It says whether the job is of type BATCH, STREAM or SERVICE, and gives its labels.
    """

    processingType: str
    integration: str
    jobType: NotRequired[str]
    emissionPattern: NotRequired[EmissionPattern]


class OwnershipJobFacet(DeletableFacet):
    """`ownership` (1-0-1) of a job.

    It is shown with the job, and has history.
    """

    owners: NotRequired[list[Owner]]


class SQLJobFacet(DeletableFacet):
    """`sql` (1-1-0): the query.

    It is part of what makes a version of the job.
    """

    query: str
    dialect: NotRequired[str]


class SourceCodeJobFacet(DeletableFacet):
    """`sourceCode` (1-0-1): the code itself.

    It is part of what makes a version of the job.
    """

    language: str
    sourceCode: str


class SourceCodeLocationJobFacet(DeletableFacet):
    """`sourceCodeLocation` (1-1-0): where the code is.

    It is the location of the job, and part of what makes a version of it.
    """

    type: str
    url: Uri
    repoUrl: NotRequired[str]
    path: NotRequired[str]
    version: NotRequired[str]
    tag: NotRequired[str]
    branch: NotRequired[str]
    pullRequestNumber: NotRequired[str]


class TagsJobFacet(DeletableFacet):
    """`tags` (1-0-0) of a job.

    They are the tags of the job, beside those that people gave it, and are searched.
    """

    tags: NotRequired[list[Tag]]


JOB_FACETS = {
    "documentation": DocumentationJobFacet,
    "gcp_composer_job": GcpComposerJobFacet,
    "gcp_lineage": GcpLineageJobFacet,
    "jobType": JobTypeJobFacet,
    "lineage": LineageJobFacet,
    "ownership": OwnershipJobFacet,
    "sourceCode": SourceCodeJobFacet,
    "sourceCodeLocation": SourceCodeLocationJobFacet,
    "sql": SQLJobFacet,
    "tags": TagsJobFacet,
}
