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

OF_DATA = frozenset({"dataQualityAssertions", "dataQualityMetrics"})
"""inputFacets that speak of the data as it was read; the others speak of the read."""

SEARCHED = frozenset({"schema", "documentation", "tags"})
"""Those whose words are searched; the database's function `facet_form` names the same."""
