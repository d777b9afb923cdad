"""Facets of datasets: what lasts longer than one run."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Identifier, Owner, Tag
from catchment.events.strict.column_facets import ColumnLineageDatasetFacet, SchemaDatasetFacet
from catchment.events.strict.kinds import Uri
from catchment.events.strict.lineage_facets import LineageDatasetFacet
from catchment.events.strict.quality_facets import DataQualityMetricsDatasetFacet


class CatalogDatasetFacet(DeletableFacet):
    """`catalog`: where the dataset is registered."""

    framework: str
    type: str
    name: str
    metadataUri: NotRequired[str]
    warehouseUri: NotRequired[str]
    source: NotRequired[str]
    catalogProperties: NotRequired[dict[str, str]]


class DatasetTypeDatasetFacet(DeletableFacet):
    """`datasetType`: what kind of dataset it is."""

    datasetType: str
    subType: NotRequired[str]


class DatasetVersionDatasetFacet(DeletableFacet):
    """`version`: as the storage names it."""

    datasetVersion: str


class DatasourceDatasetFacet(DeletableFacet):
    """`dataSource`: what the namespace stands for."""

    name: NotRequired[str]
    uri: NotRequired[Uri]


class DocumentationDatasetFacet(DeletableFacet):
    """`documentation` of a dataset."""

    description: str
    contentType: NotRequired[str]


class HierarchyLevel(TypedDict):
    """One level, as database, schema or table."""

    type: str
    name: str


class HierarchyDatasetFacet(DeletableFacet):
    """`hierarchy`: what the dataset is part of, the largest first."""

    hierarchy: list[HierarchyLevel]


class LifecycleStateChangeDatasetFacet(DeletableFacet):
    """`lifecycleStateChange`: what became of the dataset as a whole."""

    lifecycleStateChange: Literal["ALTER", "CREATE", "DROP", "OVERWRITE", "RENAME", "TRUNCATE"]
    previousIdentifier: NotRequired[Identifier]


class OwnershipDatasetFacet(DeletableFacet):
    """`ownership` of a dataset."""

    owners: NotRequired[list[Owner]]


class StorageDatasetFacet(DeletableFacet):
    """`storage`: layer and format."""

    storageLayer: str
    fileFormat: NotRequired[str]


class Symlink(Identifier):
    """Another name of the dataset."""

    type: str


class SymlinksDatasetFacet(DeletableFacet):
    """`symlinks`: its other names."""

    identifiers: NotRequired[list[Symlink]]


class DatasetTag(Tag):
    """A tag of a dataset, or of one of its fields."""

    field: NotRequired[str]


class TagsDatasetFacet(DeletableFacet):
    """`tags` of a dataset."""

    tags: NotRequired[list[DatasetTag]]


DATASET_FACETS = {
    "catalog": CatalogDatasetFacet,
    "columnLineage": ColumnLineageDatasetFacet,
    "dataQualityMetrics": DataQualityMetricsDatasetFacet,
    "dataSource": DatasourceDatasetFacet,
    "datasetType": DatasetTypeDatasetFacet,
    "documentation": DocumentationDatasetFacet,
    "hierarchy": HierarchyDatasetFacet,
    "lifecycleStateChange": LifecycleStateChangeDatasetFacet,
    "lineage": LineageDatasetFacet,
    "ownership": OwnershipDatasetFacet,
    "schema": SchemaDatasetFacet,
    "storage": StorageDatasetFacet,
    "symlinks": SymlinksDatasetFacet,
    "tags": TagsDatasetFacet,
    "version": DatasetVersionDatasetFacet,
}
