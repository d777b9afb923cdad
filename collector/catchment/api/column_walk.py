"""The walk over columns, level by level, visiting each once however many paths lead there.

Edges are keyed (output column, input column, kind): what several jobs, runs or declarations say of
the same is one edge with the union of it. What a facet says of a whole dataset (a filter, a join
key) is an *influence*: it is noted where it is met, and the walk never goes on from it, or every
column would seem to be made of it. As is what was made of an unknown column of a known dataset.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from catchment.postgres.read.columns import ColumnPair, Columns, Flow

# The first trip asks for one step, the next ones for more: a walk that is not over after one step
# is likely to be a long one.
_STEPS_MAX = 16

Ordered = TypeVar("Ordered", bytes, int)

# Plain tuples, because thousands of them are made for an answer.
Column = tuple[int, str | None]
"""A dataset as it is shown, and the name of the column there; None: the dataset as a whole."""
EdgeKey = tuple[Column, Column, str]
"""(output, source, kind): data flows from `source` to `output`."""


class Said(NamedTuple):
    """All that is said of an edge. Both tuples are sorted and have nothing twice."""

    transformations: tuple[bytes, ...]
    jobs: tuple[int, ...]
    holds: bool


Seen = Callable[[list[ColumnPair]], Awaitable[list[ColumnPair]]]
Nearest = Callable[[Iterable[Column], int], Awaitable[Sequence[Column]]]


class Eyes(NamedTuple):
    """How the answer's caller sees what is walked.

    `seen`: pairs without what is not shown, between datasets as they are shown. `names`: all names
    of a dataset that is shown. `nearest`: the first so many columns, in their order.
    """

    seen: Seen
    names: Callable[[int], Iterable[int]]
    nearest: Nearest
    aliases: bool


class ColumnWalk:
    """Gathers what lies around some columns.

    `levels`: how many jobs away each was met. `dropped`: what there was no room for, likewise.
    `halted`: where the walk stopped because it had more edges than an answer shows.
    """

    def __init__(
        self,
        columns: Columns,
        as_of_us: int,
        nodes_max: int,
        edges_max: int,
        eyes: Eyes,
    ) -> None:
        self._columns = columns
        self._as_of_us = as_of_us
        self._nodes_max = nodes_max
        self._edges_max = edges_max
        self._eyes = eyes
        self._pairs: dict[tuple[str, int], list[ColumnPair]] = {}
        self._whole: set[tuple[str, int]] = set()
        self.levels: dict[Column, int] = {}
        self.edges: dict[EdgeKey, Said] = {}
        self.influences: dict[EdgeKey, Said] = {}
        self.dropped: dict[Column, int] = {}
        self.halted: set[Column] = set()

    async def from_dataset(self, dataset: int, way: str, depth: int) -> None:
        """Begin with all columns that are mapped there in this direction, and the whole of it."""
        await self._fetch(self._eyes.names(dataset), way, 1)
        columns: set[Column] = {
            (dataset, name) for pair in self._at(way, dataset) for name in _ends(pair, way)
        }
        if depth == 0:
            columns.discard((dataset, None))
        await self.from_columns(columns, way, depth)

    async def from_job(self, job: int, way: str, depth: int) -> None:
        """Begin with the columns of the job itself, both ends; it is the first step."""
        pairs = await self._eyes.seen(await self._columns.of_job(job, self._as_of_us))
        near: set[Column] = set()
        beyond: set[Column] = set()
        for pair in pairs:
            for name, flows in pair.flows.by_output.items():
                output: Column = (pair.output, name)
                for flow in flows:
                    source: Column = (pair.input, flow.input)
                    if self._note(pair, flow, output, source):
                        near.add(output if way == "o" else source)
                        beyond.add(source if way == "o" else output)
        await self._meet(near, 0)
        if depth:
            await self._meet(beyond, 1)
            await self._walk({one for one in beyond if one in self.levels}, way, 1, depth)

    async def from_columns(self, columns: Iterable[Column], way: str, depth: int) -> None:
        """Begin with these columns."""
        found = set(columns)
        await self._meet({column for column in found if column[1] is not None}, 0)
        kept = {column for column in found if column[1] is None or column in self.levels}
        await self._walk(kept, way, 0, depth)

    async def _walk(self, frontier: set[Column], way: str, level: int, depth: int) -> None:
        steps, gone, before = 1, set(frontier), len(self.edges)
        while frontier and level < depth:
            if len(self.edges) - before > self._edges_max:
                self.halted |= frontier
                return
            datasets = {dataset for dataset, _ in frontier}
            names = {name for dataset in datasets for name in self._eyes.names(dataset)}
            missing = {name for name in names if (way, name) not in self._whole}
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
        up, pairs, note = way == "o", self._pairs, self._note
        beyond: set[Column] = set()
        for column in frontier:
            dataset, name = column
            for pair in pairs.get((way, dataset), ()):
                if up:
                    for flow in pair.flows.by_output.get(name, ()):
                        source: Column = (pair.input, flow.input)
                        if note(pair, flow, column, source):
                            beyond.add(source)
                    # What made the whole dataset made this column too, but apart.
                    for flow in pair.flows.by_output.get(None, ()):
                        note(pair, flow, (dataset, None), (pair.input, flow.input))
                else:
                    for flow in pair.flows.by_input.get(name, ()):
                        output: Column = (pair.output, flow.output)
                        if note(pair, flow, output, column):
                            beyond.add(output)
        return beyond

    def _note(self, pair: ColumnPair, flow: Flow, output: Column, source: Column) -> bool:
        """Keep what is said; True if it is an edge between columns."""
        is_edge = flow.output is not None and flow.input is not None
        held = self.edges if is_edge else self.influences
        key = (output, source, flow.kind)
        said = held.get(key)
        if said is None:
            held[key] = Said(flow.transformations, pair.jobs, pair.holds)
        else:
            held[key] = Said(
                _union(said.transformations, flow.transformations),
                _union(said.jobs, pair.jobs),
                said.holds or pair.holds,
            )
        return is_edge

    async def _meet(self, columns: set[Column], level: int) -> None:
        """Take up columns not met before, as far as there is room; the nearest in natural order."""
        new = columns - self.levels.keys()
        room = self._nodes_max - len(self.levels)
        if len(new) > room:
            kept = set(await self._eyes.nearest(new, room))
            for one in new - kept:
                self.dropped.setdefault(one, level)
            new = kept
        self.levels.update(dict.fromkeys(new, level))

    def _at(self, way: str, dataset: int) -> list[ColumnPair]:
        return self._pairs.get((way, dataset), [])

    async def _fetch(self, datasets: Iterable[int], way: str, steps: int) -> None:
        pairs, whole = await self._columns.around(
            datasets, way, steps, self._as_of_us, aliases=self._eyes.aliases
        )
        new = {one for one in whole if (way, one) not in self._whole}
        self._whole |= {(way, one) for one in new}
        found = [pair for pair in pairs if _near(pair, way) in new]
        for pair in await self._eyes.seen(found):
            self._pairs.setdefault((way, _near(pair, way)), []).append(pair)


def _union(some: tuple[Ordered, ...], more: tuple[Ordered, ...]) -> tuple[Ordered, ...]:
    """Of sorted tuples; that two say the same is most common."""
    return some if some == more else tuple(sorted(set(some).union(more)))


def _near(pair: ColumnPair, way: str) -> int:
    return pair.output if way == "o" else pair.input


def _ends(pair: ColumnPair, way: str) -> Iterable[str | None]:
    return pair.flows.by_output if way == "o" else pair.flows.by_input
