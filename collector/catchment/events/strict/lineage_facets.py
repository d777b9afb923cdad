"""Explicit lineage: `lineage` of jobs and of datasets. One name, two facets, each with its rules.

A job is named by namespace and name, or by neither: then it is the event's own.
"""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Identifier
from catchment.events.strict.choice import ByType
from catchment.events.strict.column_facets import Transformation
from catchment.events.strict.kinds import Uuid


class DatasetSource(Identifier):
    """A dataset, or a field of it, that data comes from."""

    type: Literal["DATASET"]
    field: NotRequired[str]
    transformations: NotRequired[list[Transformation]]


class OwnJobSource(TypedDict):
    """The event's own job as what made the data."""

    type: Literal["JOB"]
    runId: NotRequired[Uuid]
    transformations: NotRequired[list[Transformation]]


class JobSource(OwnJobSource):
    """A job that data comes from."""

    namespace: str
    name: str


Source = Annotated[object, ByType((DatasetSource, JobSource, OwnJobSource))]


class FieldTarget(TypedDict):
    """What one field comes from."""

    inputs: list[Source]


class DatasetTarget(Identifier):
    """A dataset that data goes to."""

    type: Literal["DATASET"]
    inputs: NotRequired[list[Source]]
    fields: NotRequired[dict[str, FieldTarget]]


class OwnJobTarget(TypedDict):
    """The event's own job as what data goes to."""

    type: Literal["JOB"]
    runId: NotRequired[Uuid]
    inputs: NotRequired[list[Source]]


class JobTarget(OwnJobTarget):
    """A job that data goes to."""

    namespace: str
    name: str


Target = Annotated[object, ByType((DatasetTarget, JobTarget, OwnJobTarget))]


class LineageJobFacet(DeletableFacet):
    """`lineage` (1-0-0) of a job: the complete set of edges.

    It gives the edges and pairs of basis `explicit`, in place of each input to each output; those
    of a run accumulate, that of a JobEvent is replaced by the next. A job as a source is data that
    is handed over without a dataset: an edge between jobs.
    """

    entries: list[Target]


class LineageDatasetFacet(DeletableFacet):
    """`lineage` (1-0-0) of a dataset, which is the target.

    It is shown with the dataset, and has history. In a DatasetEvent it gives edges of basis
    `declared` from its sources straight to the dataset, until the next replaces it; on a dataset
    of a run or a job it gives none.
    """

    inputs: NotRequired[list[Source]]
    fields: NotRequired[dict[str, FieldTarget]]
