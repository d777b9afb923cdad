"""What one element of an event asserts, made once per distinct element and shared by all events.

The builders here are handed to `events.decode.Reader`, whose caches map an element's bytes to what
they return: in steady state nothing of an element is looked at again.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from catchment.events.elements import Builders
from catchment.events.facets.job_type import is_snapshot
from catchment.events.facets.slow import SLOW
from catchment.events.model import DatasetElement, Event, Facet, JobElement
from catchment.lineage.aliases import Claim, claims_of, name_before
from catchment.lineage.bags import EMPTY, Bag, bag_of, shared_bag, undeleted
from catchment.lineage.columns import mentioned_by_columns
from catchment.lineage.explicit import links_in_lineage, mentioned_by_lineage, readable_lineage
from catchment.lineage.iosets import SAYS_SOURCES
from catchment.lineage.keys import Name, dataset_name, job_name
from catchment.lineage.links import Link
from catchment.lineage.parents import NamedRun, named_runs
from catchment.lineage.sources import Source, source_of


@dataclass(frozen=True, slots=True, eq=False)
class RunAssertion:
    """A run as one event shows it: its facets, and its parent and root that they name."""

    bag: Bag
    names: tuple[NamedRun, ...]


@dataclass(frozen=True, slots=True, eq=False)
class JobAssertion:
    """A job as one event shows it. `lineage_facets` holds its readable explicit lineage, if any.

    `mentions` are the datasets that this lineage names, each with the direction of the edge that
    it gives this job; `links` are those between jobs that it states. `is_snapshot`: by its jobType,
    such an event shows all that there is.
    """

    name: Name
    bag: Bag
    lineage_facets: frozenset[Facet]
    mentions: tuple[tuple[Name, str], ...]
    links: tuple[Link, ...]
    is_snapshot: bool


@dataclass(frozen=True, slots=True, eq=False)
class DatasetAssertion:
    """A dataset as one event shows it in one direction ("in", "out", or "about").

    `slow` have history, `own` belong to this read or write, `io` are its input- or outputFacets.
    `mentions` are the datasets that an output says it was made of (column lineage, a RENAME),
    `source` is where the dataset lies by its own word, `claims` are other names that it says it
    has, `before` is what it says it was called before it was renamed.
    """

    name: Name
    slow: Bag
    own: Bag
    io: Bag
    mentions: tuple[Name, ...]
    source: Source | None
    claims: tuple[tuple[Claim, Name], ...] = ()
    before: Name | None = None

    @property
    def declared(self) -> Bag:
        """Everything said of the dataset itself, as a declaration keeps it."""
        return bag_of(self.slow.facets + self.own.facets)


def build_run(facets: tuple[Facet, ...]) -> RunAssertion:
    """What the facets of a run assert."""
    return RunAssertion(bag_of(undeleted(facets)), named_runs(facets))


def build_job(element: JobElement) -> JobAssertion:
    """What the `job` member of an event asserts."""
    name = job_name(element.namespace, element.name)
    lineage = frozenset(
        facet
        for facet in element.facets
        if facet.name == "lineage" and not facet.deleted and readable_lineage(facet)
    )
    mentions = tuple([pair for facet in lineage for pair in mentioned_by_lineage(facet, name)])
    links = tuple([link for facet in lineage for link in links_in_lineage(facet, name)])
    whole = any(
        facet.name == "jobType" and not facet.deleted and is_snapshot(facet)
        for facet in element.facets
    )
    return JobAssertion(name, shared_bag(element.facets), lineage, mentions, links, whole)


def build_dataset(element: DatasetElement, direction: str) -> DatasetAssertion:
    """What lasts of one dataset; `direction` is "in", "out" or "about"."""
    slow = tuple([facet for facet in element.facets if facet.name in SLOW])
    own = [facet for facet in element.facets if facet.name not in SLOW]
    name = dataset_name(element.namespace, element.name)
    return DatasetAssertion(
        name=name,
        slow=shared_bag(slow),
        own=bag_of(own),
        io=EMPTY,
        mentions=_mentions(name, _of_sources(element)) if direction == "out" else (),
        source=source_of(name, slow),
        claims=claims_of(name, slow),
        before=name_before(name, own),
    )


def add_io(dataset: DatasetAssertion, facets: tuple[Facet, ...]) -> DatasetAssertion:
    """The same dataset with its facets of one read or write."""
    return replace(dataset, io=bag_of(undeleted(facets)))


BUILDERS = Builders(build_run, build_job, build_dataset, add_io)
"""What the reader of events needs."""

ReadEvent = Event[RunAssertion, JobAssertion, DatasetAssertion]
"""An event with what it asserts."""


def _of_sources(element: DatasetElement) -> tuple[Facet, ...]:
    return tuple([facet for facet in element.facets if facet.name in SAYS_SOURCES])


@lru_cache(maxsize=65_536)
def _mentions(dataset: Name, facets: tuple[Facet, ...]) -> tuple[Name, ...]:
    before = name_before(dataset, facets)
    mentioned = {before.key: before} if before else {}
    for facet in facets:
        if facet.name == "columnLineage" and not facet.deleted:
            mentioned.update((name.key, name) for name in mentioned_by_columns(facet))
    return tuple([mentioned[key] for key in sorted(mentioned)])
