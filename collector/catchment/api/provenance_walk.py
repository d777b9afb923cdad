"""The walk from run to run along versions: who wrote what was read, or who read what was written.

One set of questions a level, however many runs are on it. A run that was come to by one of its
outputs is gone through to the inputs that are paired with that output only, and so downstream.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

from catchment.api.aliases import Groups, groups_of
from catchment.api.cutting import Bounds
from catchment.api.provenance_graph import Edge, Graph, Hop, Version
from catchment.api.sight import Sight
from catchment.lineage.flows import basis_of, inputs_of, outputs_of, sources_of
from catchment.lineage.resolve import Resolved
from catchment.postgres.read import Questions
from catchment.postgres.read.bindings import Read, reads_of
from catchment.postgres.read.details import RunRow, version_text
from catchment.postgres.read.names import Node
from catchment.postgres.read.provenance import SKEW_US, Reader, VersionKey, Watched, Wrote
from catchment.telemetry import metrics

# Runs that are looked at in one step downstream, and of one version at least: whether a run read a
# version, only looking at it tells.
_CANDIDATES_MAX, _READERS_MIN = 20_000, 100


class _Visit(NamedTuple):
    """A run to go to from a version."""

    run: Reader
    via: Version


class Walk:
    """One question about provenance on its way to a graph."""

    def __init__(self, questions: Questions, sight: Sight, as_of_us: int, bounds: Bounds) -> None:
        self._questions = questions
        self._sight = sight
        self._as_of_us = as_of_us
        self._bounds = bounds
        self._rows: dict[int, RunRow] = {}
        self._writers: dict[VersionKey, list[Wrote]] = {}
        self._others: Groups = {}

    async def graph(self, focus: Version | RunRow, *, upstream: bool, depth: int) -> Graph:
        """Everything within so many runs of a version, or of a run."""
        graph = Graph(self._bounds, focus if isinstance(focus, Version) else None)
        if isinstance(focus, Version):
            graph.versions[focus.key] = focus
            level = [focus]
        else:
            self._rows[focus.id] = focus
            level = graph.take([await self._first(focus, upstream=upstream)])
        for _ in range(depth):
            await self._know(level)
            if not level:
                break
            hops = await (self._up(graph, level) if upstream else self._down(graph, level))
            level = graph.take(hops)
        await self._know(level)
        if graph.truncated:
            metrics.ANSWERS_CUT.labels("nodes").inc()
        return graph

    def writers(self, version: Version) -> list[Wrote]:
        """Who wrote a version of the graph, latest first."""
        return self._writers.get(version.key, [])

    async def rows(self, ids: Iterable[int]) -> dict[int, RunRow]:
        """Whole runs by id, asked once each."""
        wanted = set(ids)
        missing = wanted - self._rows.keys()
        if missing:
            self._rows |= await self._questions.details.runs(sorted(missing))
        return {one: self._rows[one] for one in wanted}

    async def _know(self, versions: Sequence[Version]) -> None:
        nodes = {one.key: one.dataset for one in versions if one.key not in self._writers}
        self._writers |= {key: [] for key in nodes}
        self._writers |= await self._questions.provenance.writers(nodes, self._as_of_us)

    async def _first(self, run: RunRow, *, upstream: bool) -> Hop:
        resolved = _resolved(run)
        if not upstream:
            return Hop(run, None, self._written(run, resolved.writes))
        [reads] = await self._read([(run, inputs_of(resolved))])
        return Hop(run, None, reads)

    async def _up(self, graph: Graph, level: Sequence[Version]) -> list[Hop]:
        visits = [
            _Visit(Reader(one.id, one.uuid), version)
            for version in level
            for one in self.writers(version)
            if self._sight.sees(one.namespace)
        ]
        visits = _within(graph, visits)
        rows = await self.rows(visit.run.id for visit in visits)
        runs = [rows[visit.run.id] for visit in visits]
        wanted = [
            (run, sources_of(_resolved(run), visit.via.dataset.key))
            for run, visit in zip(runs, visits, strict=True)
        ]
        return [
            Hop(run, self._write(run, visit.via), reads)
            for run, visit, reads in zip(runs, visits, await self._read(wanted), strict=True)
        ]

    async def _down(self, graph: Graph, level: Sequence[Version]) -> list[Hop]:
        self._others = await groups_of(
            self._questions,
            self._sight,
            {one.dataset.id for one in level},
            self._as_of_us,
            deleted=True,
        )
        candidates = await self._candidates(graph, level)
        rows = await self.rows(one.run.id for one in candidates)
        visits = [one for one in candidates if self._sight.sees(rows[one.run.id].job.namespace)]
        runs = [rows[visit.run.id] for visit in visits]
        wanted = [
            (run, self._names_of(run, visit.via)) for run, visit in zip(runs, visits, strict=True)
        ]
        read = {
            visit: reduce(Edge.joined, bound)
            for visit, edges in zip(visits, await self._read(wanted), strict=True)
            if (bound := [edge for edge in edges if edge.version.key == visit.via.key])
        }
        return [self._through(read[visit], visit.via) for visit in _within(graph, read)]

    def _through(self, edge: Edge, via: Version) -> Hop:
        """From what a run read of a version to all that it made of it."""
        resolved = _resolved(edge.run)
        made = {
            output
            for name in self._names_of(edge.run, via)
            for output in outputs_of(resolved, name)
        }
        return Hop(edge.run, edge, self._written(edge.run, made))

    def _names_of(self, run: RunRow, version: Version) -> set[bytes]:
        """The names of its dataset that a run knows."""
        names = self._others.get(version.dataset.id, (version.dataset,))
        return {one.key for one in names if one.key in run.datasets}

    async def _candidates(self, graph: Graph, level: Sequence[Version]) -> list[_Visit]:
        """Runs that may have read these versions; what is too many is left to the frontier."""
        readers_max = max(_READERS_MIN, min(graph.room() + 1, _CANDIDATES_MAX // len(level)))
        writers = {version.key: self.writers(version) for version in level}
        asked = self._questions.provenance.readers(writers, self._as_of_us, readers_max)
        found, cut = await asked
        versions = {version.key: version for version in level}
        visits = sorted(
            [_Visit(one, versions[key]) for key, readers in found.items() for one in readers],
            key=_visit_order,
        )
        left = {versions[key] for key in cut} | {one.via for one in visits[_CANDIDATES_MAX:]}
        graph.frontier |= {one.node_id for one in left} - _ids(graph.focus)
        graph.truncated = graph.truncated or bool(left)
        return visits[:_CANDIDATES_MAX]

    async def _read(self, wanted: Sequence[tuple[RunRow, Iterable[bytes]]]) -> list[list[Edge]]:
        """For each run its reads of these datasets, each with the version that it is bound to."""
        reads = [
            (place, run, read, until_us)
            for place, (run, keys) in enumerate(wanted)
            for read, until_us in self._reads(run, keys)
        ]
        asked = [read for _, _, read, _ in reads]
        bindings = await self._questions.bindings.of_reads(asked, self._as_of_us)
        skewed = await self._questions.provenance.skewed(
            [Watched(one[2], one[3], bound) for one, bound in zip(reads, bindings, strict=True)]
        )
        edges: list[list[Edge]] = [[] for _ in wanted]
        for n, ((place, run, read, _), bound) in enumerate(zip(reads, bindings, strict=True)):
            basis = basis_of(_resolved(run), read.dataset.key, "i")
            known = bound.seen_by(self._sight.sees)
            version = Version(known.written, known.version)
            skew = n in skewed and known is bound
            edge = Edge(run, version, True, read.dataset.key, basis, known.kind, skew)
            edges[place].append(edge)
        return edges

    def _reads(self, run: RunRow, keys: Iterable[bytes]) -> list[tuple[Read, int]]:
        """Reads seen by then, and until when the run may have opened what it read."""
        resolved = _resolved(run)
        known = [key for key in keys if self._sight.knows(run.datasets[key])]
        found = []
        for read in reads_of(run, known):
            sight = resolved.reads.get(read.dataset.key)
            if sight is None and read.dataset.key not in inputs_of(resolved):
                continue
            at_us = sight.at_us if sight else run.first_us
            if at_us <= self._as_of_us:
                until_us = max(at_us, (read.started_us or 0) + SKEW_US)
                found.append((read.by(self._as_of_us), min(until_us, self._as_of_us)))
        return found

    def _written(self, run: RunRow, keys: Iterable[bytes]) -> list[Edge]:
        """Its writes of these datasets."""
        resolved = _resolved(run)
        named = resolved.named_versions()
        return [
            self._write(run, Version(node, version_text(named.get(node.key), run.uuid, node.key)))
            for node in self._seen(run, keys)
            if node.key in resolved.writes
        ]

    def _write(self, run: RunRow, version: Version) -> Edge:
        key = version.dataset.key
        return Edge(run, version, False, key, basis_of(_resolved(run), key, "o"))

    def _seen(self, run: RunRow, keys: Iterable[bytes]) -> list[Node]:
        nodes = [run.datasets[key] for key in keys]
        return sorted(filter(self._sight.knows, nodes), key=_by_order)


def _within(graph: Graph, visits: Iterable[_Visit]) -> list[_Visit]:
    """As many as there may be room for: each run that is new is a node. The rest is left out."""
    kept, room, met = [], graph.room(), set(graph.runs)
    # The first run of all is taken whatever the bound.
    room = max(room, 1) if not graph.runs else room
    for visit in sorted(visits, key=_visit_order):
        if visit.run.id not in met:
            if not room:
                graph.leave_out(visit.run.uuid, visit.via)
                continue
            room -= 1
            met.add(visit.run.id)
        kept.append(visit)
    return kept


def _by_order(node: Node) -> tuple[bool, str, str]:
    return node.order


def _visit_order(visit: _Visit) -> tuple[bytes, tuple[str, str, str]]:
    return (visit.run.uuid, visit.via.order)


def _ids(version: Version | None) -> set[str]:
    return {version.node_id} if version else set()


def _resolved(run: RunRow) -> Resolved:
    assert run.resolved is not None
    return run.resolved
