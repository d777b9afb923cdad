"""Which facets describe the dataset or job itself and have history. All others belong to the run."""

SLOW = frozenset(
    {
        "schema",
        "columnLineage",
        "dataSource",
        "symlinks",
        "ownership",
        "documentation",
        "storage",
        "catalog",
        "hierarchy",
        "datasetType",
        "tags",
        "lineage",
    }
)
