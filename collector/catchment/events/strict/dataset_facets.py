"""Facets of datasets: what lasts longer than one run."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Identifier, Owner, Tag
from catchment.events.strict.column_facets import ColumnLineageDatasetFacet, SchemaDatasetFacet
from catchment.events.strict.kinds import Uri
from catchment.events.strict.lineage_facets import LineageDatasetFacet
from catchment.events.strict.quality_facets import DataQualityMetricsDatasetFacet


class CatalogDatasetFacet(DeletableFacet):
    """`catalog` (1-1-0): where the dataset is registered.

    It is shown with the dataset, and has history.
    """

    framework: str
    type: str
    name: str
    metadataUri: NotRequired[str]
    warehouseUri: NotRequired[str]
    source: NotRequired[str]
    catalogProperties: NotRequired[dict[str, str]]


class DatasetTypeDatasetFacet(DeletableFacet):
    """`datasetType` (1-0-1): what kind of dataset it is.

    It is the type of the dataset, and has history.
    """

    datasetType: str
    subType: NotRequired[str]


class DatasetVersionDatasetFacet(DeletableFacet):
    """`version` (1-0-1): as the storage names it.

    It names the version that a run wrote, or the one that it read.
    """

    datasetVersion: str


class DatasourceDatasetFacet(DeletableFacet):
    """`dataSource` (1-0-1): what the namespace stands for.

    It names the source that the dataset lies in, and says its URL.
    """

    name: NotRequired[str]
    uri: NotRequired[Uri]


class DocumentationDatasetFacet(DeletableFacet):
    """`documentation` (1-1-0) of a dataset.

    It is the description of the dataset, has history, and its words are searched.
    """

    description: str
    contentType: NotRequired[str]


class HierarchyLevel(TypedDict):
    """One level, as database, schema or table."""

    type: str
    name: str


class HierarchyDatasetFacet(DeletableFacet):
    """`hierarchy` (1-0-0): what the dataset is part of, the largest first.

    It is shown with the dataset, and has history.
    """

    hierarchy: list[HierarchyLevel]


class LifecycleStateChangeDatasetFacet(DeletableFacet):
    """`lifecycleStateChange` (1-0-1): what became of the dataset as a whole.

    It is the `lifecycleState` of the version that the run wrote. A RENAME with
    `previousIdentifier` makes one dataset of both names, from the end of its run.
    """

    lifecycleStateChange: Literal["ALTER", "CREATE", "DROP", "OVERWRITE", "RENAME", "TRUNCATE"]
    previousIdentifier: NotRequired[Identifier]


class OwnershipDatasetFacet(DeletableFacet):
    """`ownership` (1-0-1) of a dataset.

    It is shown with the dataset, and has history.
    """

    owners: NotRequired[list[Owner]]


class StorageDatasetFacet(DeletableFacet):
    """`storage` (1-0-1): layer and format.

    It is shown with the dataset, and has history.
    """

    storageLayer: str
    fileFormat: NotRequired[str]


class Symlink(Identifier):
    """Another name of the dataset."""

    type: str


class SymlinksDatasetFacet(DeletableFacet):
    """`symlinks` (1-0-1): its other names.

    All of them are one node, at every time, whenever they were said.
    """

    identifiers: NotRequired[list[Symlink]]


class DatasetTag(Tag):
    """A tag of a dataset, or of one of its fields."""

    field: NotRequired[str]


class TagsDatasetFacet(DeletableFacet):
    """`tags` (1-0-0) of a dataset.

    They are the tags of the dataset and of its columns, beside those that people gave, and are
    searched.
    """

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
