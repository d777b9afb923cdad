"""The three kinds of events, as OpenLineage 2-0-2 has them."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Facet
from catchment.events.strict.catchment_facets import CATCHMENT_FACETS, CATCHMENT_LINKS
from catchment.events.strict.choice import Bag
from catchment.events.strict.dataset_facets import DATASET_FACETS
from catchment.events.strict.io_facets import INPUT_FACETS, OUTPUT_FACETS
from catchment.events.strict.job_facets import JOB_FACETS
from catchment.events.strict.kinds import Absent, DateTime, Name, Uri, Uuid
from catchment.events.strict.run_facets import RUN_FACETS

RunFacets = Annotated[object, Bag(RUN_FACETS | CATCHMENT_FACETS | CATCHMENT_LINKS, Facet)]
JobFacets = Annotated[object, Bag(JOB_FACETS, DeletableFacet, deletable=True)]
DatasetFacets = Annotated[object, Bag(DATASET_FACETS, DeletableFacet, deletable=True)]
InputFacets = Annotated[object, Bag(INPUT_FACETS, Facet)]
OutputFacets = Annotated[object, Bag(OUTPUT_FACETS | CATCHMENT_FACETS, Facet)]


class Run(TypedDict):
    """A run."""

    runId: Uuid
    facets: NotRequired[RunFacets]


class Job(TypedDict):
    """A job."""

    namespace: Name
    name: Name
    facets: NotRequired[JobFacets]


class Dataset(TypedDict):
    """A dataset."""

    namespace: Name
    name: Name
    facets: NotRequired[DatasetFacets]


class InputDataset(Dataset):
    """A dataset as it was read."""

    inputFacets: NotRequired[InputFacets]


class OutputDataset(Dataset):
    """A dataset as it was written."""

    outputFacets: NotRequired[OutputFacets]


class Event(TypedDict):
    """What all events have."""

    eventTime: DateTime
    producer: Uri
    schemaURL: Uri


class RunEvent(Event):
    """Something happened to a run."""

    eventType: NotRequired[Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]]
    run: Run
    job: Job
    inputs: NotRequired[list[InputDataset]]
    outputs: NotRequired[list[OutputDataset]]


class JobEvent(Event):
    """What a job is, apart from its runs. With `dataset` nobody could say what it is about."""

    job: Job
    inputs: NotRequired[list[InputDataset]]
    outputs: NotRequired[list[OutputDataset]]
    run: NotRequired[Absent]
    dataset: NotRequired[Absent]


class DatasetEvent(Event):
    """What a dataset is, apart from reads and writes."""

    dataset: Dataset
