"""Which facets describe the dataset or job itself, with history. All others are the run's."""

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
