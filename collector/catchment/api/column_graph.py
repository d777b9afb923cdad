"""Walked columns as an answer: nodes with their data, edges in Marquez's directions."""

from asyncio import gather
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from catchment.api import shapes
from catchment.api.column_nodes import FIELD, Focus
from catchment.api.column_summary import as_marquez, complete, described
from catchment.api.column_walk import Column, ColumnWalk, EdgeKey, Said
from catchment.api.sight import Sight
from catchment.errors import Unknown
from catchment.events.facets.cache import view
from catchment.events.facets.reading import obj
from catchment.postgres.read import Questions
from catchment.postgres.read.columns import ColumnPair
from catchment.postgres.read.names import Node
from catchment.telemetry import metrics

Json = dict[str, Any]
Drawn = tuple[str, str, Json]
_NOTHING: Json = {"fieldType": "", "transformationDescription": None, "transformationType": None}


class ColumnGraph:
    """One question about columns on its way to an answer."""

    def __init__(self, questions: Questions, sight: Sight, as_of_us: int, nodes_max: int) -> None:
        self._questions = questions
        self._sight = sight
        self._as_of_us = as_of_us
        self._names: dict[int, Node] = {}
        self._walk = ColumnWalk(questions.columns, as_of_us, nodes_max, self._seen, self._nearest)

    async def answer(self, focus: Focus, ways: str, depth: int) -> Json:
        """The answer. `ways`: "o" for upstream, "i" for downstream, or both.

        Raises:
            Unknown: a column that neither the dataset's schema nor any column lineage names.
        """
        walk = self._walk
        for way in ways:
            if focus.node.is_job:
                await walk.from_job(focus.node.id, way, depth)
            elif focus.field is None:
                await walk.from_dataset(focus.node.id, way, depth)
            else:
                await walk.from_columns([Column(focus.node.id, focus.field)], way, depth)
        fields = await self._fields(focus)
        if focus.field is not None:
            await self._require(focus, fields)
        if walk.dropped:
            metrics.ANSWERS_CUT.labels("nodes").inc()
        return {
            "graph": self._nodes(fields),
            "influences": self._influences(),
            "truncated": bool(walk.dropped),
            "frontier": self._frontier(),
        }

    async def _seen(self, pairs: list[ColumnPair]) -> list[ColumnPair]:
        """Without what the caller is not shown: it neither shows nor leads on."""
        if not self._sight.limited and not await self._questions.names.any_deleted():
            return pairs
        await self._know({p.output for p in pairs} | {p.input for p in pairs}, is_job=False)
        await self._know({pair.job for pair in pairs}, is_job=True)
        names, shows = self._names, self._sight.shows
        return [
            pair
            for pair in pairs
            if all(shows(names[one]) for one in (pair.job, pair.output, pair.input))
        ]

    async def _nearest(self, columns: Iterable[Column], limit: int) -> list[Column]:
        """The first of some columns in their natural order."""
        found = list(columns)
        await self._know({column.dataset for column in found}, is_job=False)
        return sorted(found, key=self._order)[:limit]

    def _order(self, column: Column) -> tuple[Any, ...]:
        return (*self._names[column.dataset].order, column.name or "")

    async def _know(self, ids: Iterable[int], *, is_job: bool) -> None:
        missing = [one for one in ids if one not in self._names]
        if missing:
            self._names |= await self._questions.names.nodes(is_job, missing)

    async def _fields(self, focus: Focus) -> dict[Column, Json]:
        """What the facets that hold say of columns; fetches all names on the way."""
        walk = self._walk
        keys = [*walk.edges, *walk.influences]
        ends = {one.dataset for key in keys for one in (key.output, key.source)}
        said = [*walk.edges.values(), *walk.influences.values()]
        datasets = {column.dataset for column in walk.levels}
        await gather(
            self._know(ends | datasets, is_job=False),
            self._know({job for one in said for job in one.jobs}, is_job=True),
        )
        nodes = {one: self._names[one] for one in datasets} or {focus.node.id: focus.node}
        if focus.node.is_job:
            nodes.pop(focus.node.id, None)
        rows = await self._questions.details.datasets(nodes, self._as_of_us, versions=False)
        found: dict[Column, Json] = {}
        for row_id, row in rows.items():
            facets = self._sight.dataset(row).facets
            for field in shapes.fields(facets):
                found[Column(row_id, field["name"])] = {
                    **_NOTHING, "fieldType": field["type"] or ""
                }  # fmt: skip
            mapped = (
                obj(view(facets["columnLineage"]).get("fields"))
                if "columnLineage" in facets
                else {}
            )
            for name, mapping in mapped.items():
                column = Column(row_id, name)
                found[column] = found.get(column, _NOTHING) | described(obj(mapping))
        return found

    async def _require(self, focus: Focus, fields: Mapping[Column, Json]) -> None:
        column = Column(focus.node.id, focus.field)
        if column in fields or any(column in (key.output, key.source) for key in self._walk.edges):
            return
        columns = self._questions.columns
        for way in "oi":
            pairs, _ = await columns.around([column.dataset], way, 1, self._as_of_us)
            for pair in await self._seen(pairs):
                near = pair.flows.by_output if way == "o" else pair.flows.by_input
                if column.name in near:
                    return
        raise Unknown(f"No column {focus.field!r} of {focus.node.name!r} is known.")

    def _nodes(self, fields: Mapping[Column, Json]) -> list[Json]:
        levels = self._walk.levels
        graph: dict[Column, Json] = {}
        for column in levels:
            node = self._names[column.dataset]
            data = {
                "namespace": node.namespace,
                "dataset": node.name,
                "datasetVersion": None,
                "field": column.name,
                **fields.get(column, _NOTHING),
                "inputFields": [],
            }
            members = {"id": self._id(column), "type": "DATASET_FIELD", "data": data}
            graph[column] = {**members, "inEdges": [], "outEdges": []}
        for key, said in self._walk.edges.items():
            if key.output in levels and key.source in levels:
                self._draw(graph[key.output], graph[key.source], key.kind, said)
        for node_answer in graph.values():
            node_answer["inEdges"].sort(key=_by_ends)
            node_answer["outEdges"].sort(key=_by_ends)
            complete(node_answer["data"])
        return sorted(graph.values(), key=lambda one: one["id"])

    def _draw(self, output: Json, source: Json, kind: str, said: Said) -> None:
        facts, inputs = self._facts(kind, said)
        ends = {"origin": output["id"], "destination": source["id"]}
        output["inEdges"].append(ends | facts)
        ends = {"origin": source["id"], "destination": output["id"]}
        source["outEdges"].append(ends | facts)
        data = source["data"]
        output["data"]["inputFields"].append(
            {
                "namespace": data["namespace"],
                "dataset": data["dataset"],
                "datasetVersion": None,
                "field": data["field"],
                **inputs,
            }
        )

    def _facts(self, kind: str, said: Said) -> tuple[Json, Json]:
        """What an edge says, and what an input field says of the same."""
        shown = tuple(sorted({self._sight.json(one) for one in said.transformations}))
        facts = {
            "kind": kind,
            "transformations": [msgspec.Raw(one) for one in shown],
            "jobs": sorted(self._names[job].node_id for job in said.jobs),
            "stale": not said.holds,
        }
        return facts, as_marquez(shown)

    def _influences(self) -> list[Json]:
        drawn = []
        for key, said in self._walk.influences.items():
            facts, _ = self._facts(key.kind, said)
            ends = {"origin": self._id(key.source), "destination": self._id(key.output)}
            drawn.append(ends | facts)
        return sorted(drawn, key=_by_ends)

    def _frontier(self) -> list[str]:
        """Columns that were left out next to a start, and shown ones that lead to other ones."""
        levels, dropped = self._walk.levels, self._walk.dropped
        found: set[Column] = set()
        if dropped:
            for key in self._walk.edges:
                found |= _lead_on(key, levels, dropped)
        return sorted(self._id(column) for column in found or dropped)

    def _id(self, column: Column) -> str:
        node = self._names[column.dataset]
        if column.name is None:
            return node.node_id
        return f"{FIELD}:{node.namespace}:{node.name}:{column.name}"


def _lead_on(key: EdgeKey, levels: Mapping[Column, int], dropped: set[Column]) -> set[Column]:
    ends = (key.output, key.source)
    for near, far in (ends, ends[::-1]):
        if near in levels and far in dropped:
            # Asking for a start again would show the same again.
            return {near} if levels[near] else {far}
    return set()


def _by_ends(edge: Json) -> tuple[str, str, str]:
    return (edge["origin"], edge["destination"], edge["kind"])
