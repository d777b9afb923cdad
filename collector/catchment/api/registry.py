"""Models: datasets whose type is MODEL, and what each of their versions was made by and from."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, one, provenance_models, shapes
from catchment.api.aliases import Groups, all_names, groups_of_nodes
from catchment.api.asking import Limit, Offset, answer
from catchment.api.provenance_shapes import Json, said, trained
from catchment.api.sight import Sight, sight_of
from catchment.api.times import iso
from catchment.errors import Unknown
from catchment.events.facets.dataset_type import MODEL
from catchment.lineage.flows import sources_of
from catchment.postgres.asking import COUNTED_MAX, FOREVER_US, Total
from catchment.postgres.read import Questions
from catchment.postgres.read.bindings import Binding, reads_of
from catchment.postgres.read.details import uuid_text, version_text
from catchment.postgres.read.names import Node, standing_for
from catchment.postgres.read.versions import DatasetVersionRow

_Namespace = Annotated[str | None, Query(description="Only models of this one.")]


def build_router(questions: Questions) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["models"], responses=models.PROBLEMS)

    @router.get("/models", response_model=provenance_models.Models)
    async def list_models(
        request: Request, namespace: _Namespace = None, limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """All models, by namespace and name: datasets whose datasetType says MODEL today.

        A model of several names is there once, under the one that stands for all; with `namespace`
        under the first of its names there.
        `totalCount` is exact while no more than 10,000 datasets were ever called a model; beyond,
        only so many of them are looked at, and `totalCountExact` is false.
        """
        sight = sight_of(request)
        found, names, exact = await _models(questions, sight, namespace)
        nodes = {node.id: node for node in found[offset : offset + limit]}
        rows = await questions.details.datasets(nodes, FOREVER_US, names=names)
        shown = [
            {
                **shapes.identity(node),
                "latestVersion": rows[node.id].version,
                "updatedAt": iso(node.last_us),
            }
            for node in nodes.values()
        ]
        return answer(shapes.page("models", shown, Total(len(found), exact)))

    @router.get("/models/{namespace:name}/{model:name}", response_model=provenance_models.Model)
    async def one_model(
        request: Request, namespace: str, model: str, limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """A model, by any of its names, with a page of its versions, the one written last first.

        Of each: who made it, from which code, parameters and versions of its inputs, and its
        metrics, which are those of the facets `catchment_model` and `catchment_evaluation` of the
        run or of its output. 404 for a dataset that is no model.
        """
        sight = sight_of(request)
        node = await one.find_dataset(questions, sight, namespace, model)
        names = await all_names(questions, sight, node)
        if not await _that_are_models(questions, {node.id: names}):
            raise Unknown(f"{model!r} is no model: its datasetType is not {MODEL}.")
        rows, total, exact = await questions.versions.of_dataset(names, limit, offset)
        inputs = await _inputs(questions, rows)
        shown = [_version(row, inputs[n], sight) for n, row in enumerate(rows)]
        page = shapes.page("versions", shown, Total(total, exact))
        return answer(shapes.identity(node) | page)

    return router


async def _models(
    questions: Questions, sight: Sight, namespace: str | None
) -> tuple[list[Node], Groups, bool]:
    """All that the caller sees, by name; their names; and whether that is all that there are."""
    ids = await questions.provenance.once_models(COUNTED_MAX + 1)
    nodes = await questions.names.nodes(False, ids[:COUNTED_MAX])
    seen = sight.nodes(nodes.values())
    groups = await groups_of_nodes(questions, sight, seen)
    shown: dict[int, Node] = {}
    names: dict[int, Collection[Node]] = {}
    for node in seen:
        named = groups.get(node.id, (node,))
        there = [one for one in named if namespace in (None, one.namespace)]
        if there:
            first = standing_for(there)
            shown[first.id], names[first.id] = first, named
    are = await _that_are_models(questions, names)
    found = sorted([shown[row_id] for row_id in are], key=lambda node: node.order)
    several = {row_id: named for row_id, named in names.items() if len(named) > 1}
    return found, several, len(ids) <= COUNTED_MAX


async def _that_are_models(questions: Questions, names: Mapping[int, Collection[Node]]) -> set[int]:
    """Of datasets, each with all its names, those that are models today."""
    facets = await questions.details.facets_of_datasets(names)
    return {row_id for row_id, held in facets.items() if shapes.dataset_type(held) == MODEL}


async def _inputs(
    questions: Questions, versions: Sequence[DatasetVersionRow]
) -> list[list[Binding]]:
    """For each version the inputs that it was made from, in the order of their names."""
    reads = []
    for n, version in enumerate(versions):
        resolved = version.run.resolved
        assert resolved is not None
        sources = sources_of(resolved, version.dataset.key)
        reads += [(n, read) for read in reads_of(version.run, sources)]
    found: list[list[Binding]] = [[] for _ in versions]
    bindings = await questions.bindings.of_reads([read for _, read in reads])
    for (n, _), bound in zip(reads, bindings, strict=True):
        found[n].append(bound)
    return found


def _version(row: DatasetVersionRow, inputs: Sequence[Binding], sight: Sight) -> Json:
    key = row.dataset.key
    assert row.run.resolved is not None
    named = row.run.resolved.named_versions().get(key)
    shown = {
        "version": version_text(named, row.run.uuid, key),
        "createdAt": iso(min(writer.at_us for writer in row.writers)),
        "confirmed": row.confirmed,
    }
    if not sight.sees(row.run.job.namespace):
        nobody: Json = {"run": None, "job": None, "code": None, "parameters": []}
        return {**shown, **nobody, "metrics": [], "inputs": []}
    run = sight.run(row.run)
    return {
        **shown,
        "run": uuid_text(run.uuid),
        "job": shapes.identity(run.job),
        **said(run),
        "metrics": trained(run, key),
        "inputs": [
            {**shapes.identity(known.written), "version": known.version, "binding": known.kind}
            for bound in inputs
            if sight.sees(bound.dataset.namespace)
            for known in (bound.seen_by(sight.sees),)
        ],
    }
