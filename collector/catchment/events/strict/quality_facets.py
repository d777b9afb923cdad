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
    """`dataQualityMetrics` of a dataset."""

    captureDate: NotRequired[DateTime]


class DataQualityMetricsInputDatasetFacet(Facet, Metrics):
    """`dataQualityMetrics` of what one run read."""


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
    """`dataQualityAssertions`, which is of an input in spite of its name."""

    assertions: list[Assertion]
