"""Lineage facets that are declared: of a job in a JobEvent, of a dataset in a DatasetEvent.

Each replaces what the same facet of the same job or dataset said before. Of a job's facet the links
between jobs are kept here (its edges are in the declared io-set); a dataset's says what the dataset
was made of, without saying by whom.
"""

from functools import lru_cache
from typing import NamedTuple

from catchment.events.facets.lineage import read_derivation
from catchment.events.model import Facet
from catchment.lineage.bags import Bag
from catchment.lineage.columns import ColumnSet, entry_of
from catchment.lineage.explicit import links_in_lineage
from catchment.lineage.keys import Name, dataset_name
from catchment.lineage.links import Link


class DeclaredLineage(NamedTuple):
    """A job or dataset was declared with this facet at an instant; maybe with a tombstone."""

    subject: Name
    is_job: bool
    time_us: int
    facet: Facet

    def links(self) -> tuple[Link, ...]:
        """The links between jobs that it states."""
        states = self.is_job and not self.facet.deleted
        return links_in_lineage(self.facet, self.subject) if states else ()

    def sources(self) -> tuple[tuple[Name, ColumnSet | None], ...]:
        """What the dataset was made of, and how the columns of each source map, if it says so."""
        return () if self.is_job or self.facet.deleted else _sources(self.facet)


def lineage_in(bag: Bag) -> Facet | None:
    """The lineage facet of an element, a tombstone as well."""
    if "lineage" not in bag.names:
        return None
    return next(facet for facet in bag.facets if facet.name == "lineage")


@lru_cache(maxsize=16_384)
def _sources(facet: Facet) -> tuple[tuple[Name, ColumnSet | None], ...]:
    sources: dict[Name, ColumnSet | None] = {}
    for source in read_derivation(facet):
        if source.identity is not None and not source.is_job:
            columns = ColumnSet.of(map(entry_of, source.columns)) if source.columns else None
            name = dataset_name(*source.identity)
            sources[name] = ColumnSet.union(sources.get(name), columns)
    return tuple(sources.items())
