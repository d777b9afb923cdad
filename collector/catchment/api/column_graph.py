"""Walked columns as an answer: nodes with their data, edges in Marquez's directions."""

from asyncio import gather
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from catchment.api import column_shapes, shapes
from catchment.api.aliases import Joined, dataset_facets, groups_of
from catchment.api.column_cutting import frontier, too_far
from catchment.api.column_nodes import FIELD, Focus
from catchment.api.column_shapes import ColumnData, ColumnNode, Edge, Facts
from catchment.api.column_walk import Column, ColumnWalk, Eyes, Said
from catchment.api.sight import Sight
from catchment.errors import Unknown
from catchment.postgres.read import Questions
from catchment.postgres.read.columns import ColumnPair
from catchment.postgres.read.facets import Facets
from catchment.postgres.read.names import Node
from catchment.telemetry import metrics

Json = dict[str, Any]
_encode = msgspec.json.Encoder().encode


class Bounds(NamedTuple):
    """Of one answer."""

    nodes_max: int
    edges_max: int


class ColumnGraph:
    """One question about columns on its way to an answer."""

    def __init__(
        self,
        questions: Questions,
        sight: Sight,
        focus: Focus,
        as_of_us: int,
        bounds: Bounds,
        *,
        aliases: bool,
    ) -> None:
        self._questions = questions
        self._focus = focus
        self._joined = Joined({}, focus.node)
        self._sight = sight
        self._as_of_us = as_of_us
        self._bounds = bounds
        self._names: dict[int, Node] = {}
        self._aliases = aliases
        eyes = Eyes(self._seen, self._joined.names_of, self._nearest, aliases)
        self._walk = ColumnWalk(questions.columns, as_of_us, *bounds, eyes)

    async def answer(self, ways: str, depth: int) -> Json:
        """The answer. `ways`: "o" for upstream, "i" for downstream, or both.

        Raises:
            Unknown: a column that neither the dataset's schema nor any column lineage names.
        """
        walk, focus = self._walk, self._focus
        self._aliases = self._aliases and await self._questions.names.any_aliases()
        if not focus.node.is_job:
            await self._join([focus.node.id])
        for way in ways:
            if focus.node.is_job:
                await walk.from_job(focus.node.id, way, depth)
            elif focus.field is None:
                await walk.from_dataset(focus.node.id, way, depth)
            else:
                await walk.from_columns([(focus.node.id, focus.field)], way, depth)
        facets = await self._facets(focus)
        if focus.field is not None:
            await self._require(focus, facets)
        for column in too_far(walk.levels, walk.edges, self._bounds.edges_max, self._order):
            walk.dropped[column] = walk.levels.pop(column)
        influences = self._influences()
        left = frontier(walk.levels, walk.edges, walk.dropped, walk.halted)
        truncated = bool(left) or len(influences) > self._bounds.edges_max
        if truncated:
            metrics.ANSWERS_CUT.labels("nodes").inc()
        return {
            "graph": self._nodes(facets),
            "influences": influences[: self._bounds.edges_max],
            "truncated": truncated,
            "frontier": sorted(map(self._id, left)),
        }

    async def _seen(self, pairs: list[ColumnPair]) -> list[ColumnPair]:
        """As shown; what the caller is not shown leads nowhere."""
        pairs = await self._shown(pairs)
        await self._join({p.output for p in pairs} | {p.input for p in pairs})
        return self._joined.pairs(pairs)

    async def _join(self, datasets: Collection[int]) -> None:
        if self._aliases:
            groups = await groups_of(self._questions, self._sight, datasets, self._as_of_us)
            self._joined.add(groups)

    async def _shown(self, pairs: list[ColumnPair]) -> list[ColumnPair]:
        if not self._sight.limited and not await self._questions.names.any_deleted():
            return pairs
        await self._know({p.output for p in pairs} | {p.input for p in pairs}, is_job=False)
        await self._know({job for pair in pairs for job in pair.jobs}, is_job=True)
        names, shows = self._names, self._sight.shows
        return [
            pair
            for pair in pairs
            if all(shows(names[one]) for one in (*pair.jobs, pair.output, pair.input))
        ]

    async def _nearest(self, columns: Iterable[Column], limit: int) -> Sequence[Column]:
        """The first of some columns in their natural order."""
        found = list(columns)
        await self._know({dataset for dataset, _ in found}, is_job=False)
        return sorted(found, key=self._order)[:limit]

    def _order(self, column: Column) -> tuple[Any, ...]:
        return (*self._names[column[0]].order, column[1] or "")

    async def _know(self, ids: Iterable[int], *, is_job: bool) -> None:
        missing = [one for one in ids if one not in self._names]
        if missing:
            self._names |= await self._questions.names.nodes(is_job, missing)

    async def _facets(self, focus: Focus) -> dict[int, Facets]:
        """The facets that hold for the datasets of the answer; fetches all names on the way."""
        walk = self._walk
        said = (walk.edges, walk.influences)
        keys = [key for held in said for key in held]
        datasets = {dataset for dataset, _ in walk.levels}
        nodes = datasets | {key[0][0] for key in keys} | {key[1][0] for key in keys}
        jobs = {job for held in said for one in held.values() for job in one.jobs}
        await gather(self._know(nodes, is_job=False), self._know(jobs, is_job=True))
        shown = {one: self._names[one] for one in datasets}
        if not focus.node.is_job:
            shown.setdefault(focus.node.id, focus.node)
        groups = self._joined.names(shown)
        return await dataset_facets(self._questions, self._sight, shown, self._as_of_us, groups)

    async def _require(self, focus: Focus, facets: Mapping[int, Facets]) -> None:
        column: Column = (focus.node.id, focus.field)
        if _told(facets.get(focus.node.id, {}))(focus.field or ""):
            return
        if any(column in (output, source) for output, source, _ in self._walk.edges):
            return
        columns = self._questions.columns
        for way in "oi":
            names = self._joined.names_of(focus.node.id)
            pairs, _ = await columns.around(names, way, 1, self._as_of_us, aliases=False)
            for pair in await self._seen(pairs):
                near = pair.flows.by_output if way == "o" else pair.flows.by_input
                if focus.field in near:
                    return
        raise Unknown(f"No column {focus.field!r} of {focus.node.name!r} is known.")

    def _nodes(self, facets: Mapping[int, Facets]) -> list[ColumnNode]:
        """The columns by id, and at each its edges in the order of their other ends."""
        levels = self._walk.levels
        ids = {column: self._id(column) for column in levels}
        told = {one: _told(facets.get(one, {})) for one in {dataset for dataset, _ in levels}}
        graph: dict[Column, ColumnNode] = {}
        # Ids may be equal where names have colons; names then tell.
        for column in sorted(levels, key=lambda one: (ids[one], self._names[one[0]].namespace)):
            node, name = self._names[column[0]], column[1] or ""
            said = told[column[0]](name) or ("", None, None)
            data = ColumnData(node.namespace, node.name, name, *said, [])
            graph[column] = ColumnNode(ids[column], data, [], [])
        self._draw(graph)
        for drawn in graph.values():
            column_shapes.describe(drawn.data)
        return list(graph.values())

    def _draw(self, graph: Mapping[Column, ColumnNode]) -> None:
        rank = {column: n for n, column in enumerate(graph)}
        edges = [
            (rank[key[1]], rank[key[0]], key[2], said)
            for key, said in self._walk.edges.items()
            if key[0] in rank and key[1] in rank
        ]
        nodes, facts = list(graph.values()), _Facts(self._sight, self._names)
        # Sources in order: so are the edges into each output, and out of each source. No two are of
        # one place and kind, so that what they say is never compared.
        edges.sort()
        for at_source, at_output, kind, said in edges:
            source, output = nodes[at_source], nodes[at_output]
            fact = facts[kind, said]
            output.in_edges.append(fact.between(output.id, source.id))
            source.out_edges.append(fact.between(source.id, output.id))
            output.data.input_fields.append(fact.input_field(source.data))

    def _influences(self) -> list[Edge]:
        facts = _Facts(self._sight, self._names)
        drawn = [
            facts[kind, said].between(self._id(source), self._id(output))
            for (output, source, kind), said in self._walk.influences.items()
        ]
        return sorted(drawn, key=_by_ends)

    def _id(self, column: Column) -> str:
        node = self._names[column[0]]
        if column[1] is None:
            return node.node_id
        return f"{FIELD}:{node.namespace}:{node.name}:{column[1]}"


class _Facts(dict[tuple[str, Said], Facts]):
    """Made when it is first asked for: most edges of a job say the same."""

    def __init__(self, sight: Sight, names: Mapping[int, Node]) -> None:
        self._sight = sight
        self._names = names

    def __missing__(self, key: tuple[str, Said]) -> Facts:
        kind, said = key
        shown = tuple(sorted({self._sight.json(one) for one in said.transformations}))
        jobs = sorted(self._names[job].node_id for job in said.jobs)
        made = self[key] = Facts(
            kind,
            msgspec.Raw(b"[" + b",".join(shown) + b"]"),
            msgspec.Raw(_encode(jobs)),
            not said.holds,
            *column_shapes.as_marquez(shown),
        )
        return made


def _told(facets: Facets) -> Callable[[str], tuple[str, str | None, str | None] | None]:
    """What facets say of a column: its type, description and kind; None if they do not name it."""
    schema, mapping = facets.get("schema"), facets.get("columnLineage")
    types = shapes.field_types(schema) if schema else {}
    described = column_shapes.described(mapping) if mapping else {}

    def of(name: str) -> tuple[str, str | None, str | None] | None:
        if name not in types and name not in described:
            return None
        return (types.get(name, ""), *described.get(name, (None, None)))

    return of


def _by_ends(edge: Edge) -> tuple[str, str, str]:
    return (edge.origin, edge.destination, edge.kind)
