"""What a batch of events asserts, by natural keys: names, first sights, folds and declarations.

Pure; the order of events does not matter. Who stores it turns keys into rows.
"""

from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from catchment.lineage.aliases import Claim
from catchment.lineage.assertion import DatasetAssertion, JobAssertion, ReadEvent
from catchment.lineage.bags import Bag, bag_of
from catchment.lineage.declarations import Declaration, declare
from catchment.lineage.derivations import DeclaredLineage, lineage_in
from catchment.lineage.fold import RunFold, fold_of, merge
from catchment.lineage.iosets import COLUMN, EXPLICIT
from catchment.lineage.keys import Name
from catchment.lineage.links import Link, dependencies
from catchment.lineage.parents import Stub
from catchment.lineage.sources import Source

T = TypeVar("T", Name, Source)

NAMED = 0
DECLARED = 3


class Touch(Generic[T]):
    """A job, dataset or source (`what`) that a batch names: earliest and latest eventTime."""

    __slots__ = ("first_us", "last_us", "what")

    def __init__(self, what: T, time_us: int) -> None:
        self.what: T = what
        self.first_us = self.last_us = time_us

    def at(self, time_us: int) -> None:
        """Named once more."""
        if time_us < self.first_us:
            self.first_us = time_us
        elif time_us > self.last_us:
            self.last_us = time_us


class EdgeKey(NamedTuple):
    """job, dataset, "i" or "o", basis: NAMED, EXPLICIT, COLUMN or DECLARED."""

    job: bytes
    dataset: bytes
    dir: str
    basis: int


class LinkKey(NamedTuple):
    """Origin and destination (jobs), kind, and the output that a flow is for, else nothing."""

    origin: bytes
    destination: bytes
    kind: int
    output: bytes


class DeclaredBag(NamedTuple):
    """A JobEvent or DatasetEvent showed this bag on a job or dataset at an instant."""

    key: bytes
    is_job: bool
    time_us: int
    bag: Bag


@dataclass(slots=True)
class Asserted:
    """Everything that the events added so far assert.

    `renames`: (dataset, what it is said to have been before), whatever becomes of the run.
    """

    jobs: dict[bytes, Touch[Name]] = field(default_factory=dict)
    datasets: dict[bytes, Touch[Name]] = field(default_factory=dict)
    sources: dict[bytes, Touch[Source]] = field(default_factory=dict)
    edges: dict[EdgeKey, int] = field(default_factory=dict)
    links: dict[LinkKey, int] = field(default_factory=dict)
    runs: dict[bytes, RunFold] = field(default_factory=dict)
    stubs: dict[bytes, Stub] = field(default_factory=dict)
    declarations: list[Declaration] = field(default_factory=list)
    bags: set[DeclaredBag] = field(default_factory=set)
    lineages: set[DeclaredLineage] = field(default_factory=set)
    claims: set[Claim] = field(default_factory=set)
    renames: set[tuple[bytes, bytes]] = field(default_factory=set)

    def add(self, event: ReadEvent) -> None:
        """One more event, of any of the three kinds."""
        if event.run_id is not None:
            self._add_run(event, event.run_id)
        elif event.job is not None:
            self._add_job(event, event.job)
        elif event.dataset is not None:
            self._touch(self.datasets, event.dataset.name, event.time_us)
            self._touch_said(event.dataset, event.time_us)
            self._declare_lineage(event.dataset.name, False, event.time_us, event.dataset.slow)
            self._declare(event.dataset.name, False, event.time_us, event.dataset.declared)

    def _add_run(self, event: ReadEvent, run_id: bytes) -> None:
        assert event.run is not None
        assert event.job is not None
        fold = fold_of(event)
        known = self.runs.get(run_id)
        self.runs[run_id] = fold if known is None else merge(known, fold)
        self._touch_event(event, event.job, NAMED)
        for named in event.run.names:
            self._touch(self.jobs, named.job, event.time_us)
            self._name_run(named.run_id, Stub(event.time_us, named.job.key))
        if "jobDependencies" in event.run.bag.names:
            for link in dependencies(event.run.bag.facets, event.job.name):
                self._link(link, event.time_us)

    def _name_run(self, run_id: bytes, stub: Stub) -> None:
        known = self.stubs.get(run_id)
        if known is None or stub < known:
            self.stubs[run_id] = stub

    def _add_job(self, event: ReadEvent, job: JobAssertion) -> None:
        self._touch_event(event, job, DECLARED)
        declaration = declare(event, job)
        if declaration is not None:
            self.declarations.append(declaration)
        self._declare(job.name, True, event.time_us, job.bag)
        self._declare_lineage(job.name, True, event.time_us, job.bag)
        for dataset in event.inputs + event.outputs:
            self._declare(dataset.name, False, event.time_us, dataset.declared)

    def _declare(self, name: Name, is_job: bool, time_us: int, bag: Bag) -> None:
        if bag.facets:
            self.bags.add(DeclaredBag(name.key, is_job, time_us, bag_of(bag.facets)))

    def _declare_lineage(self, name: Name, is_job: bool, time_us: int, bag: Bag) -> None:
        facet = lineage_in(bag)
        if facet is None:
            return
        declared = DeclaredLineage(name, is_job, time_us, facet)
        self.lineages.add(declared)
        for source, _ in declared.sources():
            self._touch(self.datasets, source, time_us)
        for link in declared.links():
            self._touch(self.jobs, link.origin, time_us)
            self._touch(self.jobs, link.destination, time_us)

    def _touch_event(self, event: ReadEvent, job: JobAssertion, basis: int) -> None:
        time_us, key = event.time_us, job.name.key
        self._touch(self.jobs, job.name, time_us)
        for dataset in event.inputs:
            self._touch_edge(key, dataset.name, "i", basis, time_us)
            self._touch_said(dataset, time_us)
        for dataset in event.outputs:
            self._touch_edge(key, dataset.name, "o", basis, time_us)
            self._touch_said(dataset, time_us)
            if dataset.mentions:
                self._touch_mentions(key, dataset, basis, time_us)
        for name, direction in job.mentions:
            explicit = DECLARED if basis == DECLARED else EXPLICIT
            self._touch_edge(key, name, direction, explicit, time_us)
        for link in job.links if basis == NAMED else ():
            self._link(link, time_us)

    def _link(self, link: Link, time_us: int) -> None:
        origin, destination, kind, output = link
        self._touch(self.jobs, origin, time_us)
        self._touch(self.jobs, destination, time_us)
        key = LinkKey(origin.key, destination.key, kind, output.key if output else b"")
        self.links[key] = min(time_us, self.links.get(key, time_us))

    def _touch_said(self, dataset: DatasetAssertion, time_us: int) -> None:
        """Where it lies, and what else it is called, by its own word."""
        if dataset.source is not None:
            self._touch(self.sources, dataset.source, time_us)
        for claim, other in dataset.claims:
            self.claims.add(claim)
            self._touch(self.datasets, other, time_us)
        if dataset.before is not None:
            self.renames.add((dataset.name.key, dataset.before.key))
            self._touch(self.datasets, dataset.before, time_us)

    def name_again(self, name: Name, time_us: int) -> None:
        """What an event of before named, which was not written down as a name then."""
        self._touch(self.datasets, name, time_us)

    def _touch_mentions(
        self, job: bytes, dataset: DatasetAssertion, basis: int, time_us: int
    ) -> None:
        column = DECLARED if basis == DECLARED else COLUMN
        for name in dataset.mentions:
            self._touch_edge(job, name, "i", column, time_us)

    def _touch_edge(self, job: bytes, name: Name, dir_: str, basis: int, time_us: int) -> None:
        self._touch(self.datasets, name, time_us)
        edge = EdgeKey(job, name.key, dir_, basis)
        known = self.edges.get(edge)
        if known is None or time_us < known:
            self.edges[edge] = time_us

    @staticmethod
    def _touch(touched: dict[bytes, Touch[T]], what: T, time_us: int) -> None:
        known = touched.get(what.key)
        if known is None:
            touched[what.key] = Touch(what, time_us)
        else:
            known.at(time_us)
