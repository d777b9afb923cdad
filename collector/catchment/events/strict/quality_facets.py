"""Facets about the quality of data."""

from typing import NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Facet
from catchment.events.strict.kinds import DateTime, Integer, Number


class ColumnMetrics(TypedDict):
    """Figures of one column."""

    nullCount: NotRequired[Integer]
    distinctCount: NotRequired[Integer]
    sum: NotRequired[Number]
    count: NotRequired[Number]
    min: NotRequired[Number]
    max: NotRequired[Number]
    quantiles: NotRequired[dict[str, Number]]


class Metrics(TypedDict):
    """Figures of a dataset."""

    columnMetrics: dict[str, ColumnMetrics]
    rowCount: NotRequired[Integer]
    bytes: NotRequired[Integer]
    fileCount: NotRequired[Integer]
    lastUpdated: NotRequired[DateTime]


class DataQualityMetricsDatasetFacet(DeletableFacet, Metrics):
    """`dataQualityMetrics` (1-0-0) of a dataset.

    They are shown with the read or write, and with the dataset: the latest of its five newest reads
    and its newest write.
    """

    captureDate: NotRequired[DateTime]


class DataQualityMetricsInputDatasetFacet(Facet, Metrics):
    """`dataQualityMetrics` (1-0-3) of what one run read.

    They are shown with the read, and with the dataset: the latest of its five newest reads.
    """


class Assertion(TypedDict):
    """One test of a dataset or column, and its result."""

    assertion: str
    success: bool
    column: NotRequired[str]
    severity: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    expected: NotRequired[str]
    actual: NotRequired[str]
    content: NotRequired[str]
    contentType: NotRequired[str]
    params: NotRequired[dict[str, object]]


class DataQualityAssertionsDatasetFacet(Facet):
    """`dataQualityAssertions` (1-1-0), which is of an input in spite of its name.

    They are shown with the read, and with the dataset: the latest of its five newest reads.
    """

    assertions: list[Assertion]
