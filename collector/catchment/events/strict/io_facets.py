"""Facets of one read (inputFacets) or one write (outputFacets)."""

from typing import NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import Facet
from catchment.events.strict.kinds import Integer
from catchment.events.strict.quality_facets import (
    DataQualityAssertionsDatasetFacet,
    DataQualityMetricsInputDatasetFacet,
)
from catchment.events.strict.registry_facets import (
    IcebergCommitReportOutputDatasetFacet,
    IcebergScanReportInputDatasetFacet,
)
from catchment.events.strict.subset_facets import (
    InputSubsetInputDatasetFacet,
    OutputSubsetOutputDatasetFacet,
)


class Statistics(TypedDict):
    """How much was read or written."""

    rowCount: NotRequired[Integer]
    size: NotRequired[Integer]
    fileCount: NotRequired[Integer]


class InputStatisticsInputDatasetFacet(Facet, Statistics):
    """`inputStatistics` (1-0-0): how much was read.

    They are shown with the read and its edge in provenance; of one run the latest count, as
    for any facet.
    """


class OutputStatisticsOutputDatasetFacet(Facet, Statistics):
    """`outputStatistics` (1-0-2): how much was written.

    They are shown with the write, its edge in provenance, and the version that it made; of one
    run the latest count.
    """


INPUT_FACETS = {
    "dataQualityAssertions": DataQualityAssertionsDatasetFacet,
    "dataQualityMetrics": DataQualityMetricsInputDatasetFacet,
    "icebergScanReport": IcebergScanReportInputDatasetFacet,
    "inputStatistics": InputStatisticsInputDatasetFacet,
    "subset": InputSubsetInputDatasetFacet,
}
OUTPUT_FACETS = {
    "icebergCommitReport": IcebergCommitReportOutputDatasetFacet,
    "outputStatistics": OutputStatisticsOutputDatasetFacet,
    "subset": OutputSubsetOutputDatasetFacet,
}
