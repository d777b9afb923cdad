"""The graph around a job or dataset: true paths with `direction`, as Marquez walks without."""

from asyncio import ensure_future, gather
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, shapes
from catchment.api.asking import AsOf, answer
from catchment.api.cutting import Bounds, cut, levels_of
from catchment.api.nodes import find_node
from catchment.api.sight import Sight, sight_of
from catchment.api.times import iso, read_as_of
from catchment.postgres.read import Questions
from catchment.postgres.read.lineage import EdgeFacts, WalkedEdge
from catchment.postgres.read.names import Node
from catchment.telemetry import metrics

Direction = Literal["upstream", "downstream", "both"]
Json = dict[str, Any]
_DEPTH_MAX = 1_000


def build_router(questions: Questions, *, graph_nodes_max: int) -> APIRouter:
    """The route. No answer has more than `graph_nodes_max` nodes."""
    router = APIRouter(prefix="/api/v1", tags=["lineage"], responses=models.PROBLEMS)

    @router.get("/lineage", response_model=models.Graph)
    async def lineage(
        request: Request,
        node_id: Annotated[str | None, Query(alias="nodeId")] = None,
        kind: str | None = None,
        namespace: str | None = None,
        name: str | None = None,
        depth: Annotated[int, Query(ge=0, le=_DEPTH_MAX)] = 20,
        direction: Direction | None = None,
        as_of: AsOf = None,
        limit: Annotated[int | None, Query(ge=1)] = None,
    ) -> Response:
        """What lies upstream, downstream, or (without `direction`) connected.

        `depth` counts the jobs on the way. A graph of more than `limit` nodes is cut, nearest
        first, and never within a job unless it has more datasets than an answer may have nodes;
        then `truncated` is true and `frontier` names the nodes to go on from.
        """
        sight = sight_of(request)
        focus = await find_node(questions.names, node_id, kind, namespace, name, sees=sight.sees)
        walk = Walk(
            questions,
            focus,
            read_as_of(as_of),
            Bounds(min(limit or graph_nodes_max, graph_nodes_max), graph_nodes_max),
            sight,
        )
        return answer(await walk.graph(direction, depth))

    return router


class Walk:
    """One question about lineage on its way to an answer."""

    def __init__(
        self,
        questions: Questions,
        focus: Node,
        as_of_us: int,
        bounds: Bounds,
        sight: Sight,
    ) -> None:
        self._questions = questions
        self._focus = focus
        self._as_of_us = as_of_us
        self._bounds = bounds
        self._sight = sight

    async def graph(self, direction: Direction | None, depth: int) -> Json:
        """The answer."""
        edges = await self._edges(direction, depth)
        levels = levels_of(edges, self._focus.id)
        seen = await self._nodes(levels)
        part = cut(edges, levels, seen, self._focus.id, self._bounds)
        if part.truncated:
            metrics.ANSWERS_CUT.labels("nodes").inc()
        whole = [edge for edge in edges if edge.job in part.kept and edge.dataset in part.kept]
        return {
            "graph": await self._graph(part.kept, whole),
            "truncated": part.truncated,
            "frontier": sorted(seen[one].node_id for one in part.frontier),
        }

    async def _edges(self, direction: Direction | None, depth: int) -> list[WalkedEdge]:
        ways = ("upstream", "downstream") if direction == "both" else (direction,)
        dataset = None if self._focus.is_job else self._focus.id
        job = self._focus.id if self._focus.is_job else None
        found: dict[tuple[int, int, str], WalkedEdge] = {}
        for way in ways:
            for edge in await self._questions.lineage.walk(
                dataset, job, way, depth, self._bounds.nodes_max, self._as_of_us
            ):
                key = (edge.job, edge.dataset, edge.dir)
                known = found.get(key)
                if known is None or edge.level < known.level:
                    found[key] = edge
        return list(found.values())

    async def _nodes(self, levels: dict[int, int]) -> dict[int, Node]:
        names = self._questions.names
        ids = list(levels)
        found = await gather(names.nodes(False, ids), names.nodes(True, ids))
        return {
            row_id: node
            for nodes in found
            for row_id, node in nodes.items()
            if self._sight.sees(node.namespace)
        }

    async def _graph(self, kept: Mapping[int, Node], edges: Iterable[WalkedEdge]) -> list[Json]:
        details = self._questions.details
        jobs = {row_id: node for row_id, node in kept.items() if node.is_job}
        datasets = {row_id: node for row_id, node in kept.items() if not node.is_job}
        asked = ensure_future(self._questions.lineage.facts(list(jobs), self._as_of_us))
        facts, dataset_rows, job_rows = await gather(
            asked,
            details.datasets(datasets, self._as_of_us, versions=False),
            details.jobs(jobs, self._as_of_us, runs_max=1, edges=asked, known=datasets),
        )
        graph: dict[int, Json] = {}
        for row_id, node in sorted(kept.items(), key=lambda item: item[1].node_id):
            data = (
                shapes.job_node(self._sight.job(job_rows[row_id]), self._as_of_us)
                if node.is_job
                else shapes.dataset_node(self._sight.dataset(dataset_rows[row_id]))
            )
            kind = "JOB" if node.is_job else "DATASET"
            members = {"id": node.node_id, "type": kind, "data": data}
            graph[row_id] = {**members, "inEdges": [], "outEdges": []}
        for edge in edges:
            _draw(graph, kept, edge, facts[edge.job, edge.dataset, edge.dir])
        for node_answer in graph.values():
            for side in ("inEdges", "outEdges"):
                node_answer[side].sort(key=_by_ends)
        return list(graph.values())


def _draw(
    graph: dict[int, Json], kept: Mapping[int, Node], edge: WalkedEdge, facts: EdgeFacts
) -> None:
    origin, destination = edge.dataset, edge.job
    if edge.dir == "o":
        origin, destination = destination, origin
    drawn = {
        "origin": kept[origin].node_id,
        "destination": kept[destination].node_id,
        "basis": facts.basis,
        "firstSeen": iso(facts.first_us),
        "lastSeen": iso(facts.last_us),
        "stale": facts.stale,
        "confirmed": facts.confirmed,
    }
    graph[origin]["outEdges"].append(drawn)
    graph[destination]["inEdges"].append(drawn)


def _by_ends(edge: Json) -> tuple[str, str]:
    return (edge["origin"], edge["destination"])
