"""The walk and the facts of its edges."""

import msgspec

from catchment.postgres.asking import Asking

WAYS = {"downstream": ["i"], "upstream": ["o"], "both": ["i", "o"], None: ["a"]}


class WalkedEdge(msgspec.Struct, frozen=True, gc=False):
    """An edge met on the way, by verbatim ids; `level`: how many jobs from the start."""

    job: int
    dataset: int
    dir: str
    level: int


class EdgeFacts(msgspec.Struct, frozen=True, gc=False):
    """What the API says of an edge; times in µs."""

    basis: str
    first_us: int
    last_us: int
    stale: bool
    confirmed: bool


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
    ) -> list[WalkedEdge]:
        """The edges within reach of one dataset or job; `direction` None: all that is connected."""
        start = [] if dataset is None else [dataset]
        rows = await self.ask("walk", start, job, WAYS[direction], depth, nodes_max, as_of_us)
        return [WalkedEdge(*row) for row in rows]

    async def facts(self, jobs: list[int], as_of_us: int) -> dict[tuple[int, int, str], EdgeFacts]:
        """(job, dataset, dir) -> facts, for every edge that these jobs have then."""
        rows = await self.ask("edge_facts", jobs, as_of_us)
        return {(job, dataset, side): EdgeFacts(*said) for job, dataset, side, *said in rows}
