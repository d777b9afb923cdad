"""The walk and the facts of its edges."""

from typing import NamedTuple

import msgspec

from catchment.postgres.asking import Asking

WAYS = {"downstream": ["i"], "upstream": ["o"], "both": ["i", "o"], None: ["a"]}


class WalkedEdge(msgspec.Struct, frozen=True, gc=False):
    """An edge met on the way, by verbatim ids; `level`: how many jobs from the start."""

    job: int
    dataset: int
    dir: str
    level: int


class Derived(NamedTuple):
    """A dataset that says what it was made of, and by no job; `level`: as that of an edge."""

    output: int
    source: int
    level: int


class Walked(NamedTuple):
    """The edges that were met, and the jobs that another job led to, with their levels.

    `derived`: edges from one dataset straight to another.
    """

    edges: list[WalkedEdge]
    jobs: dict[int, int]
    derived: list[Derived]


class JobLink(msgspec.Struct, frozen=True, gc=False):
    """One job hands data to another (FLOW), or must run before it (CONTROL); since when, in µs."""

    origin: int
    destination: int
    kind: int
    first_us: int


class EdgeFacts(msgspec.Struct, frozen=True, gc=False):
    """What the API says of an edge; times in µs."""

    basis: str
    first_us: int
    last_us: int
    stale: bool
    confirmed: bool


Facts = dict[tuple[int, int, str], EdgeFacts]
"""(job, dataset, dir) -> facts."""
DerivedFacts = dict[tuple[int, int], EdgeFacts]
"""(output, source) -> facts."""


class Lineage(Asking):
    """Walks the graph."""

    async def walk(
        self,
        dataset: int | None,
        job: int | None,
        direction: str | None,
        depth: int,
        nodes_max: int,
        as_of_us: int,
        aliases: bool,
    ) -> Walked:
        """The edges within reach of one dataset or job; `direction` None: all that is connected.

        All names of a dataset lead on if `aliases`; edges are those of the names that were emitted.
        """
        start = [] if dataset is None else [dataset]
        ways = WAYS[direction]
        rows = await self.ask("walk", start, job, ways, depth, nodes_max, as_of_us, aliases)
        edges = [WalkedEdge(*row) for row in rows if row[1] is not None and row[2] != "d"]
        derived = [Derived(row[0], row[1], row[3]) for row in rows if row[2] == "d"]
        return Walked(edges, {row[0]: row[3] for row in rows if row[1] is None}, derived)

    async def links(self, jobs: list[int], as_of_us: int) -> list[JobLink]:
        """The links among these jobs."""
        return [JobLink(*row) for row in await self.ask("links_among_jobs", jobs, as_of_us)]

    async def facts(self, jobs: list[int], as_of_us: int) -> Facts:
        """What is to be said of every edge that these jobs have then."""
        rows = await self.ask("edge_facts", jobs, as_of_us)
        return {(job, dataset, side): EdgeFacts(*said) for job, dataset, side, *said in rows}

    async def derived_facts(self, outputs: list[int], as_of_us: int) -> DerivedFacts:
        """What is to be said of what these datasets say then that they were made of."""
        rows = await self.ask("derivation_facts", outputs, as_of_us) if outputs else []
        return {
            (output, source): EdgeFacts("declared", first_us, last_us, False, True)
            for output, source, first_us, last_us in rows
        }
