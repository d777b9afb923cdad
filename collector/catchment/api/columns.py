"""The columns that others were made of."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models
from catchment.api.asking import Aliases, AsOf, GraphLimit, NodeName, NodeNamespace, answer
from catchment.api.column_graph import Bounds, ColumnGraph
from catchment.api.column_models import ColumnGraph as ColumnGraphModel
from catchment.api.column_nodes import Finder, Focus
from catchment.api.sight import sight_of
from catchment.api.times import read_as_of
from catchment.errors import BadQuestion, Problem
from catchment.postgres.read import Questions

_DEPTH_MAX = 1_000
# As many edges as an answer may have nodes, times this: columns are made of a few others each.
_EDGES_PER_NODE_MAX = 5

Direction = Literal["upstream", "downstream", "both"]
ColumnNodeId = Annotated[
    str | None,
    Query(
        alias="nodeId",
        description="`dataset:NAMESPACE:NAME`, `datasetField:NAMESPACE:NAME:FIELD` or "
        "`job:NAMESPACE:NAME`; `#VERSION` may follow.",
    ),
]
ColumnNodeKind = Annotated[
    str | None,
    Query(
        description="With `namespace` and `name`, in place of `nodeId`: what kind of node.",
        json_schema_extra={"enum": ["dataset", "datasetField", "job"]},
    ),
]
Field = Annotated[str | None, Query(description="The column, of a `datasetField`.")]
WAYS = {"upstream": "o", "downstream": "i", "both": "oi"}


def build_router(questions: Questions, *, graph_nodes_max: int) -> APIRouter:
    """The route. No answer has more than `graph_nodes_max` nodes, and five times as many edges."""
    router = APIRouter(prefix="/api/v1", tags=["lineage"], responses=models.PROBLEMS)

    @router.get("/column-lineage", response_model=ColumnGraphModel)
    async def column_lineage(
        request: Request,
        node_id: ColumnNodeId = None,
        kind: ColumnNodeKind = None,
        namespace: NodeNamespace = None,
        name: NodeName = None,
        field: Field = None,
        depth: Annotated[
            int, Query(ge=0, le=_DEPTH_MAX, description="Steps between columns.")
        ] = 20,
        with_downstream: Annotated[bool, Query(alias="withDownstream")] = False,
        direction: Direction | None = None,
        as_of: AsOf = None,
        limit: GraphLimit = None,
        aliases: Aliases = True,
    ) -> Response:
        """What a column, the columns of a dataset, or those that a job maps were made of.

        With `withDownstream`, also what was made of them; `direction` says it instead. The node is
        `dataset:NS:NAME`, `datasetField:NS:NAME:FIELD` or `job:NS:NAME`; with `#VERSION` behind a
        dataset's: as it was when that version was written. `depth` counts steps from column to
        column. `influences` are what facets say of a dataset as a whole (filters, join keys): they
        are listed where they are met, drawn to no column, and not gone on from. All names of a
        dataset are one, named as it was asked for, unless `aliases` is false.
        """
        as_of_us = read_as_of(as_of)
        sight = sight_of(request, as_of_us)
        finder = Finder(questions, sight.shows)
        focus = await _focus(finder, node_id, kind, namespace, name, field)
        if focus.version is not None:
            if with_downstream or direction in ("downstream", "both"):
                raise _bad("a version has no downstream: it was made before", "/withDownstream")
            as_of_us = min(as_of_us, await finder.written_us(focus))
        ways = WAYS[direction or ("both" if with_downstream else "upstream")]
        nodes_max = min(limit or graph_nodes_max, graph_nodes_max)
        bounds = Bounds(nodes_max, _EDGES_PER_NODE_MAX * graph_nodes_max)
        graph = ColumnGraph(questions, sight, focus, as_of_us, bounds, aliases=aliases)
        return answer(await graph.answer(ways, depth))

    return router


async def _focus(
    finder: Finder,
    node_id: str | None,
    kind: str | None,
    namespace: str | None,
    name: str | None,
    field: str | None,
) -> Focus:
    if node_id is not None:
        return await finder.by_id(node_id)
    if namespace is None or name is None:
        reason = "say which node: nodeId=dataset:NAMESPACE:NAME, or kind, namespace and name"
        raise _bad(reason, "/nodeId")
    return await finder.by_name(kind, namespace, name, field)


def _bad(reason: str, pointer: str) -> BadQuestion:
    return BadQuestion(reason[0].upper() + reason[1:] + ".", [Problem(pointer, reason)])
