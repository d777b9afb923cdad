"""The walk over columns, level by level, visiting each once however many paths lead there.

Edges are keyed (output column, input column, kind): what several jobs, runs or declarations say of
the same is one edge with the union of it. What a facet says of a whole dataset (a filter, a join
key) is an *influence*: it is noted where it is met, and the walk never goes on from it, or every
column would seem to be made of it. As is what was made of an unknown column of a known dataset.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from catchment.postgres.read.columns import ColumnPair, Columns, Flow

# The first trip asks for one step, the next ones for more: a walk that is not over after one step
# is likely to be a long one.
_STEPS_MAX = 16


class Column(NamedTuple):
    """A column by the canonical id of its dataset; None: the dataset as a whole."""

    dataset: int
    name: str | None


class EdgeKey(NamedTuple):
    """Data flows from `source` to `output`."""

    output: Column
    source: Column
    kind: str


class Said:
    """All that is said of an edge."""

    __slots__ = ("holds", "jobs", "transformations")

    def __init__(self) -> None:
        self.transformations: set[bytes] = set()
        self.jobs: set[int] = set()
        self.holds = False


Seen = Callable[[list[ColumnPair]], Awaitable[list[ColumnPair]]]
Nearest = Callable[[Iterable[Column], int], Awaitable[list[Column]]]


class ColumnWalk:
    """Gathers what lies around some columns. `levels`: how many jobs away each was met."""

    def __init__(
        self, columns: Columns, as_of_us: int, nodes_max: int, seen: Seen, nearest: Nearest
    ) -> None:
        self._columns = columns
        self._as_of_us = as_of_us
        self._nodes_max = nodes_max
        self._seen = seen
        self._nearest = nearest
        self._pairs: dict[tuple[str, int], list[ColumnPair]] = {}
        self._whole: set[tuple[str, int]] = set()
        self.levels: dict[Column, int] = {}
        self.edges: dict[EdgeKey, Said] = {}
        self.influences: dict[EdgeKey, Said] = {}
        self.dropped: set[Column] = set()

    async def from_dataset(self, dataset: int, way: str, depth: int) -> None:
        """Begin with all columns that are mapped there in this direction, and the whole of it."""
        await self._fetch([dataset], way, 1)
        columns = {
            Column(dataset, name) for pair in self._at(way, dataset) for name in _ends(pair, way)
        }
        if depth == 0:
            columns.discard(Column(dataset, None))
        await self.from_columns(columns, way, depth)

    async def from_job(self, job: int, way: str, depth: int) -> None:
        """Begin with the columns of the job itself, both ends; it is the first step."""
        pairs = await self._seen(await self._columns.of_job(job, self._as_of_us))
        near: set[Column] = set()
        beyond: set[Column] = set()
        for pair in pairs:
            for flows in pair.flows.by_output.values():
                for flow in flows:
                    ends = _key(pair, flow)
                    if self._note(pair, flow):
                        near.add(ends.output if way == "o" else ends.source)
                        beyond.add(ends.source if way == "o" else ends.output)
        await self._meet(near, 0)
        if depth:
            await self._meet(beyond, 1)
            await self._walk({one for one in beyond if one in self.levels}, way, 1, depth)

    async def from_columns(self, columns: Iterable[Column], way: str, depth: int) -> None:
        """Begin with these columns."""
        found = set(columns)
        await self._meet({column for column in found if column.name is not None}, 0)
        kept = {column for column in found if column.name is None or column in self.levels}
        await self._walk(kept, way, 0, depth)

    async def _walk(self, frontier: set[Column], way: str, level: int, depth: int) -> None:
        steps, gone = 1, set(frontier)
        while frontier and level < depth:
            missing = {column.dataset for column in frontier}
            missing = {one for one in missing if (way, one) not in self._whole}
            if missing:
                await self._fetch(missing, way, min(steps, depth - level))
                steps = min(steps * 4, _STEPS_MAX)
            level += 1
            beyond = self._step(frontier, way)
            await self._meet(beyond, level)
            # A node met from the other side still leads on to this one.
            frontier = {column for column in beyond if column in self.levels} - gone
            gone |= frontier

    def _step(self, frontier: Iterable[Column], way: str) -> set[Column]:
        up = way == "o"
        beyond: set[Column] = set()
        for column in frontier:
            for pair in self._at(way, column.dataset):
                by_name = pair.flows.by_output if up else pair.flows.by_input
                # What made the whole dataset made this column too, but apart.
                names = (column.name, None) if up and column.name is not None else (column.name,)
                for name in names:
                    for flow in by_name.get(name, ()):
                        if self._note(pair, flow):
                            beyond.add(
                                Column(pair.input, flow.input)
                                if up
                                else Column(pair.output, flow.output)
                            )
        return beyond

    def _note(self, pair: ColumnPair, flow: Flow) -> bool:
        """Keep what is said; True if it is an edge between columns."""
        key = _key(pair, flow)
        is_edge = flow.output is not None and flow.input is not None
        held = self.edges if is_edge else self.influences
        said = held.get(key)
        if said is None:
            said = held[key] = Said()
        said.transformations.update(flow.transformations)
        said.jobs.add(pair.job)
        said.holds = said.holds or pair.holds
        return is_edge

    async def _meet(self, columns: set[Column], level: int) -> None:
        """Take up columns not met before, as far as there is room; the nearest in natural order."""
        new = columns - self.levels.keys()
        room = self._nodes_max - len(self.levels)
        if len(new) > room:
            kept = set(await self._nearest(new, room))
            self.dropped |= new - kept
            new = kept
        self.levels.update(dict.fromkeys(new, level))

    def _at(self, way: str, dataset: int) -> list[ColumnPair]:
        return self._pairs.get((way, dataset), [])

    async def _fetch(self, datasets: Iterable[int], way: str, steps: int) -> None:
        pairs, whole = await self._columns.around(datasets, way, steps, self._as_of_us)
        new = {one for one in whole if (way, one) not in self._whole}
        self._whole |= {(way, one) for one in new}
        for pair in await self._seen(pairs):
            near = pair.output if way == "o" else pair.input
            if near in new:
                self._pairs.setdefault((way, near), []).append(pair)


def _key(pair: ColumnPair, flow: Flow) -> EdgeKey:
    return EdgeKey(Column(pair.output, flow.output), Column(pair.input, flow.input), flow.kind)


def _ends(pair: ColumnPair, way: str) -> Iterable[str | None]:
    return pair.flows.by_output if way == "o" else pair.flows.by_input
