"""Sources: where datasets lie, as their dataSource facets say.

A source is named by every event that shows such a facet, and belongs to the namespaces of the
datasets that show it; what is said of one name is gathered when it is asked for.
"""

from collections.abc import Iterable

from catchment.events.facets.data_source import read_data_source
from catchment.events.model import Facet
from catchment.events.names import to_text
from catchment.lineage.keys import Name, digest


class Source:
    """One name and URI that the datasets of one namespace show, in the form of a text column."""

    __slots__ = ("dataset", "key", "name", "uri")

    def __init__(self, dataset: Name, name: str, uri: str) -> None:
        self.dataset = dataset
        self.name = to_text(name)
        self.uri = to_text(uri)
        parts = (self.name.encode(), self.uri.encode())
        self.key = digest(b"source", dataset.namespace_key, *parts)


def source_of(dataset: Name, facets: Iterable[Facet]) -> Source | None:
    """The source that the facets of a dataset name, if any."""
    for facet in facets:
        if facet.name == "dataSource" and not facet.deleted:
            said = read_data_source(facet)
            return None if said is None else Source(dataset, *said)
    return None
