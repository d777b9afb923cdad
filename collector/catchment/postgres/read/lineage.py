"""The walk and the facts of its edges."""

from dataclasses import dataclass

from catchment.postgres.asking import Asking

WAYS = {"downstream": "i", "upstream": "o", None: "a"}


@dataclass(frozen=True, slots=True)
class WalkedEdge:
    """An edge met on the way, by verbatim ids; `level`: how many jobs from the start."""

    job: int
    dataset: int
    dir: str
    level: int


@dataclass(frozen=True, slots=True)
class EdgeFacts:
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
        way = WAYS[direction]
        rows = await self.ask("walk", start, job, way, depth, nodes_max, as_of_us)
        return [
            WalkedEdge(row["job"], row["dataset"], row["dir"].decode(), row["level"])
            for row in rows
        ]

    async def facts(self, jobs: list[int], as_of_us: int) -> dict[tuple[int, int, str], EdgeFacts]:
        """(job, dataset, dir) -> facts, for every edge that these jobs have then."""
        rows = await self.ask("edge_facts", jobs, as_of_us)
        return {
            (row["job"], row["dataset"], row["dir"].decode()): EdgeFacts(
                row["basis"],
                row["first_at"],
                max(row["first_at"], row["last_at"]),
                row["stale"],
                row["confirmed"],
            )
            for row in rows
        }
