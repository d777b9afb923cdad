"""Facets of jobs."""

from typing import NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Owner, Tag
from catchment.events.strict.kinds import Positive, Uri
from catchment.events.strict.lineage_facets import LineageJobFacet
from catchment.events.strict.registry_facets import GcpComposerJobFacet, GcpLineageJobFacet


class DocumentationJobFacet(DeletableFacet):
    """`documentation` of a job."""

    description: str
    contentType: NotRequired[str]


class EmissionPattern(TypedDict):
    """When events come, and whether each stands alone."""

    eventTrigger: str
    eventContentMode: str
    windowDuration: NotRequired[Positive]


class JobTypeJobFacet(DeletableFacet):
    """`jobType`: what kind of job it is."""

    processingType: str
    integration: str
    jobType: NotRequired[str]
    emissionPattern: NotRequired[EmissionPattern]


class OwnershipJobFacet(DeletableFacet):
    """`ownership` of a job."""

    owners: NotRequired[list[Owner]]


class SQLJobFacet(DeletableFacet):
    """`sql`: the query."""

    query: str
    dialect: NotRequired[str]


class SourceCodeJobFacet(DeletableFacet):
    """`sourceCode`: the code itself."""

    language: str
    sourceCode: str


class SourceCodeLocationJobFacet(DeletableFacet):
    """`sourceCodeLocation`: where the code is."""

    type: str
    url: Uri
    repoUrl: NotRequired[str]
    path: NotRequired[str]
    version: NotRequired[str]
    tag: NotRequired[str]
    branch: NotRequired[str]
    pullRequestNumber: NotRequired[str]


class TagsJobFacet(DeletableFacet):
    """`tags` of a job."""

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
