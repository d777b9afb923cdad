"""The graph around a job or dataset: true paths with `direction`, as Marquez walks without."""

from asyncio import Future, ensure_future, gather
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, shapes
from catchment.api.aliases import Joined, dataset_rows, groups_of
from catchment.api.asking import (
    Aliases,
    AsOf,
    GraphLimit,
    NodeId,
    NodeKind,
    NodeName,
    NodeNamespace,
    answer,
)
from catchment.api.cutting import Bounds, cut, levels_of
from catchment.api.nodes import find_node
from catchment.api.sight import Sight, sight_of
from catchment.api.times import read_as_of
from catchment.postgres.read import Questions
from catchment.postgres.read.lineage import (
    Derived,
    DerivedFacts,
    Facts,
    Walked,
    WalkedEdge,
)
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
        node_id: NodeId = None,
        kind: NodeKind = None,
        namespace: NodeNamespace = None,
        name: NodeName = None,
        depth: Annotated[int, Query(ge=0, le=_DEPTH_MAX, description="Jobs on the way.")] = 20,
        direction: Direction | None = None,
        as_of: AsOf = None,
        limit: GraphLimit = None,
        aliases: Aliases = True,
    ) -> Response:
        """What lies upstream, downstream, or (without `direction`) connected.

        All names of a dataset are one node, named as it was asked for, unless `aliases` is false.
        `depth` counts the jobs on the way, and edges without one, as views have. A graph of more
        than `limit` nodes is cut, nearest first, and never within a job unless it has more datasets
        than an answer may have nodes; then `truncated` is true and `frontier` names the nodes to go
        on from.
        """
        as_of_us = read_as_of(as_of)
        sight = sight_of(request, as_of_us)
        focus = await find_node(questions.names, node_id, kind, namespace, name, shows=sight.shows)
        walk = Walk(
            questions,
            focus,
            as_of_us,
            Bounds(min(limit or graph_nodes_max, graph_nodes_max), graph_nodes_max),
            sight,
            aliases=aliases,
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
        *,
        aliases: bool,
    ) -> None:
        self._questions = questions
        self._aliases = aliases
        self._focus = focus
        self._as_of_us = as_of_us
        self._bounds = bounds
        self._sight = sight

    async def graph(self, direction: Direction | None, depth: int) -> Json:
        """The answer."""
        walked, jobs, derived = await self._walk(direction, depth)
        # The walk counts names, so whether it went to its end is seen before they are joined.
        reached = levels_of(walked, self._focus.id, jobs, derived)
        whole = len(reached) <= self._bounds.nodes_max
        datasets = {edge.dataset for edge in walked} | _ends(derived)
        joined, met = await gather(self._joined(datasets), self._nodes(walked, datasets, jobs))
        derived = [one for one in derived if one.output in met and one.source in met]
        made = joined.derived(derived)
        edges = joined.edges([edge for edge in walked if edge.dataset in met])
        seen = joined.shown(met)
        levels = joined.levels(reached)
        part = cut(
            edges, levels, seen, self._focus.id, self._bounds, walked_whole=whole, derived=made
        )
        if part.truncated:
            metrics.ANSWERS_CUT.labels("nodes").inc()
        kept = [edge for edge in edges if edge.job in part.kept and edge.dataset in part.kept]
        made = {ends for ends in made if part.kept.keys() >= set(ends)}
        facts = await self._derived_facts(derived, made, joined)
        return {
            "graph": await self._graph(part.kept, kept, facts, joined),
            "truncated": part.truncated,
            "frontier": sorted(seen[one].node_id for one in part.frontier),
        }

    async def _walk(self, direction: Direction | None, depth: int) -> Walked:
        focus, is_job = self._focus.id, self._focus.is_job
        return await self._questions.lineage.walk(
            None if is_job else focus,
            focus if is_job else None,
            direction,
            depth,
            self._bounds.nodes_max,
            self._as_of_us,
            self._aliases,
        )

    async def _joined(self, datasets: set[int]) -> Joined:
        """Which of the names met are one node."""
        if not self._aliases:
            return Joined({}, self._focus)
        if not self._focus.is_job:
            datasets = datasets | {self._focus.id}
        groups = await groups_of(self._questions, self._sight, datasets, self._as_of_us)
        return Joined(groups, self._focus)

    async def _nodes(
        self, edges: Iterable[WalkedEdge], datasets: set[int], others: Iterable[int]
    ) -> dict[int, Node]:
        """The nodes at both ends and other jobs, less those that the caller may not know of."""
        jobs = {edge.job for edge in edges}.union(others)
        focus = {self._focus.id}
        jobs, datasets = (
            (jobs | focus, datasets) if self._focus.is_job else (jobs, datasets | focus)
        )
        names = self._questions.names
        found = await gather(names.nodes(False, list(datasets)), names.nodes(True, list(jobs)))
        return {node.id: node for nodes in found for node in self._sight.nodes(nodes.values())}

    async def _derived_facts(
        self, derived: Iterable[Derived], shown: set[tuple[int, int]], joined: Joined
    ) -> DerivedFacts:
        """What is said of edges from dataset to dataset; nothing is asked where none is shown."""
        outputs = {one.output for one in derived} if shown else set()
        found = await self._questions.lineage.derived_facts(list(outputs), self._as_of_us)
        facts = joined.derived_facts(found)
        return {ends: facts[ends] for ends in shown}

    async def _graph(
        self,
        kept: Mapping[int, Node],
        edges: Iterable[WalkedEdge],
        derived: DerivedFacts,
        joined: Joined,
    ) -> list[Json]:
        jobs = {row_id: node for row_id, node in kept.items() if node.is_job}
        datasets = {row_id: node for row_id, node in kept.items() if not node.is_job}
        asked = ensure_future(self._facts(list(jobs), joined))
        facts, dataset_data, job_data, links = await gather(
            asked,
            self._dataset_data(datasets, joined),
            self._job_data(jobs, asked, datasets),
            self._questions.lineage.links(list(jobs), self._as_of_us),
        )
        data = dataset_data | job_data
        ids = {row_id: node.node_id for row_id, node in kept.items()}
        graph: dict[int, Json] = {
            row_id: {
                "id": ids[row_id],
                "type": "JOB" if row_id in jobs else "DATASET",
                "data": data[row_id],
                "inEdges": [],
                "outEdges": [],
            }
            for row_id in sorted(ids, key=lambda row_id: (ids[row_id], kept[row_id].namespace))
        }
        # In the order of the other end, whichever end a list is at.
        rank = {row_id: n for n, row_id in enumerate(graph)}
        for edge in sorted(edges, key=lambda edge: (rank[edge.dataset], rank[edge.job])):
            origin, destination = edge.dataset, edge.job
            if edge.dir == "o":
                origin, destination = destination, origin
            said = facts[edge.job, edge.dataset, edge.dir]
            _draw(graph, origin, destination, shapes.edge(ids[origin], ids[destination], said))
        for output, source in sorted(derived, key=lambda ends: (rank[ends[1]], rank[ends[0]])):
            said = derived[output, source]
            _draw(graph, source, output, shapes.edge(ids[source], ids[output], said))
        for link in sorted(links, key=lambda link: (rank[link.origin], rank[link.destination])):
            drawn = shapes.job_link(ids[link.origin], ids[link.destination], link)
            _draw(graph, link.origin, link.destination, drawn)
        return list(graph.values())

    async def _facts(self, jobs: list[int], joined: Joined) -> Facts:
        return joined.facts(await self._questions.lineage.facts(jobs, self._as_of_us))

    async def _dataset_data(self, datasets: Mapping[int, Node], joined: Joined) -> dict[int, Json]:
        # Shaped here and not after all was gathered: the facts of the edges take longer.
        found = await dataset_rows(
            self._questions,
            self._sight,
            datasets,
            self._as_of_us,
            versions=False,
            groups=joined.names(datasets),
        )
        return {row_id: shapes.dataset_node(row) for row_id, row in found.items()}

    async def _job_data(
        self, jobs: Mapping[int, Node], edges: "Future[Facts]", datasets: Mapping[int, Node]
    ) -> dict[int, Json]:
        found = await self._questions.details.jobs(
            jobs, self._as_of_us, runs_max=1, edges=edges, known=datasets
        )
        return {
            row_id: shapes.job_node(self._sight.job(row), self._as_of_us)
            for row_id, row in found.items()
        }


def _ends(derived: Iterable[Derived]) -> set[int]:
    return {end for one in derived for end in (one.output, one.source)}


def _draw(graph: Mapping[int, Json], origin: int, destination: int, edge: Json) -> None:
    graph[origin]["outEdges"].append(edge)
    graph[destination]["inEdges"].append(edge)
