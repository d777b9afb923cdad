"""Which runs, which code and which versions of which data: from a run or version, run by run."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, provenance_models
from catchment.api.aliases import dataset_facets
from catchment.api.asking import AsOf, GraphLimit, NodeName, NodeNamespace, answer
from catchment.api.cutting import Bounds
from catchment.api.known_at import KnownAt, Past, known_header
from catchment.api.provenance_focus import Asked, Finder, may_mean
from catchment.api.provenance_graph import Graph
from catchment.api.provenance_shapes import Json, edge_json, run_node, version_node
from catchment.api.provenance_walk import Walk
from catchment.api.sight import Sight, sight_of
from catchment.api.times import read_as_of
from catchment.postgres.read import Questions
from catchment.postgres.read.details import RunRow
from catchment.postgres.read.provenance import VersionKey

_DEPTH_MAX = 1_000
_Depth = Annotated[int, Query(ge=0, le=_DEPTH_MAX, description="Runs on the way.")]
_NodeId = Annotated[
    str | None,
    Query(
        alias="nodeId",
        description="`run:UUID`, `dataset:NAMESPACE:NAME#VERSION`, or `dataset:NAMESPACE:NAME`: "
        "its latest version.",
    ),
]
_Kind = Annotated[
    str | None,
    Query(
        description="In place of `nodeId`: `run`, with its id as `name`, or `dataset`, with "
        "`namespace`, `name` and `version`.",
        json_schema_extra={"enum": ["run", "dataset"]},
    ),
]
_VersionName = Annotated[str | None, Query(description="Of a dataset; its latest if absent.")]


def build_router(past: Past, *, graph_nodes_max: int) -> APIRouter:
    """The route. No answer has more than `graph_nodes_max` nodes."""
    router = APIRouter(prefix="/api/v1", tags=["provenance"], responses=models.PROBLEMS)

    @router.get("/provenance", response_model=provenance_models.Provenance)
    async def provenance(
        request: Request,
        node_id: _NodeId = None,
        kind: _Kind = None,
        namespace: NodeNamespace = None,
        name: NodeName = None,
        version: _VersionName = None,
        direction: Literal["upstream", "downstream"] = "upstream",
        depth: _Depth = 20,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        limit: GraphLimit = None,
    ) -> Response:
        """Which runs made it, from which code and versions of which data; or what became of it.

        From a version upstream to the runs that wrote it, from each to the inputs that are paired
        with it, bound to the versions that the run read, and so on; downstream the other way.
        `depth` counts the runs on the way; a run that is asked for does not count. An answer of
        more than `limit` nodes is cut, nearest first, never within a run; then `truncated` is true
        and `frontier` names the nodes to go on from. Downstream `truncated` may also say that a
        version has more readers than are looked at. `asOf`: only runs begun by then, in the state
        they had. `knownAt`: what was answered when that entry was the last of the log.
        """
        as_of_us = read_as_of(as_of)
        sight = sight_of(request, as_of_us)
        asked = Asked(node_id, kind, namespace, name, version)
        upstream = direction == "upstream"
        seq = await past.seq(known_at)
        may = may_mean(asked)
        async with past.of_provenance(seq, request, may, upstream=upstream, depth=depth) as known:
            focus = await Finder(known, sight, as_of_us).find(asked)
            bounds = Bounds(min(limit or graph_nodes_max, graph_nodes_max), graph_nodes_max)
            walk = Walk(known, sight, as_of_us, bounds)
            graph = await walk.graph(focus, upstream=upstream, depth=depth)
            shown = await _Answer(known, sight, as_of_us).of(walk, graph)
        return answer(shown | {"knownAt": seq}, known_header(seq))

    return router


class _Answer:
    """A graph as JSON, with what this caller may see of it."""

    def __init__(self, questions: Questions, sight: Sight, as_of_us: int) -> None:
        self._questions = questions
        self._sight = sight
        self._as_of_us = as_of_us

    async def of(self, walk: Walk, graph: Graph) -> Json:
        """The answer."""
        writers = {key: walk.writers(version) for key, version in graph.versions.items()}
        latest = {key: wrote[0].id for key, wrote in writers.items() if wrote}
        rows = await walk.rows([*latest.values(), *graph.runs])
        seen = {row_id: self._sight.run(row) for row_id, row in rows.items()}
        nodes = {version.dataset.id: version.dataset for version in graph.versions.values()}
        facets = await dataset_facets(self._questions, self._sight, nodes, self._as_of_us)
        readers: dict[VersionKey, list[RunRow]] = {}
        for edge in graph.edges.values():
            if edge.reads:
                readers.setdefault(edge.version.key, []).append(seen[edge.run.id])
        versions = [
            version_node(
                version,
                writers[key],
                seen[latest[key]] if key in latest else None,
                readers.get(key, []),
                facets.get(version.dataset.id, {}),
            )
            for key, version in graph.versions.items()
        ]
        runs = [run_node(seen[row_id], self._as_of_us) for row_id in graph.runs]
        edges = sorted(
            [edge_json(edge, seen[edge.run.id]) for edge in graph.edges.values()],
            key=lambda edge: (edge["origin"], edge["destination"]),
        )
        return {
            "nodes": [*versions, *runs] if graph.focus else [*runs, *versions],
            "edges": edges,
            "truncated": graph.truncated,
            "frontier": sorted(graph.frontier),
        }
