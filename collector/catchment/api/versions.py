"""Versions of datasets and of jobs: lists, and one of them."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, shapes, version_models
from catchment.api.aliases import all_names
from catchment.api.asking import Limit, Offset, answer
from catchment.api.known_at import KnownAt, Past, known_header
from catchment.api.nodes import find_node
from catchment.api.one import find_dataset
from catchment.api.sight import Sight, sight_of
from catchment.api.times import iso
from catchment.errors import Unknown
from catchment.events.facets.cache import view
from catchment.events.facets.reading import text
from catchment.lineage.versions import schema_version_hash
from catchment.postgres.read import Questions
from catchment.postgres.read.details import DatasetRow, uuid_text, version_text
from catchment.postgres.read.facets import Facets
from catchment.postgres.read.versions import DatasetVersionRow, JobVersionRow

_OF_DATASET = "/namespaces/{namespace:name}/datasets/{dataset:name}/versions"
_OF_JOB = "/namespaces/{namespace:name}/jobs/{job:name}/versions"


def build_router(questions: Questions, past: Past) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["versions"], responses=models.PROBLEMS)
    _add_datasets(router, past)
    _add_jobs(router, questions)
    return router


def _add_datasets(router: APIRouter, past: Past) -> None:
    @router.get(_OF_DATASET, response_model=version_models.WrittenVersions)
    async def versions_of_dataset(
        request: Request,
        namespace: str,
        dataset: str,
        limit: Limit = 100,
        offset: Offset = 0,
        known_at: KnownAt = None,
    ) -> Response:
        """The versions of a dataset, the one written last first; unconfirmed ones are marked.

        Under all names of the dataset; `id` is the name that one was written under.
        `totalCount` is exact while there were fewer than 10,000 writes; beyond, `totalCountExact`
        is false, and the last page is the one that is not full.
        """
        sight = sight_of(request)
        seq = await past.seq(known_at)
        async with past.of_dataset(seq, request, namespace, dataset) as known:
            node = await find_dataset(known, sight, namespace, dataset)
            named = await all_names(known, sight, node)
            rows, total, exact = await known.versions.of_dataset(named, limit, offset)
        page = [_dataset_version(row, sight) for row in rows]
        shown = {"versions": page, "totalCount": total, "totalCountExact": exact}
        return answer(shown, known_header(seq))

    @router.get(_OF_DATASET + "/{version:name}", response_model=version_models.WrittenVersion)
    async def version_of_dataset(
        request: Request, namespace: str, dataset: str, version: str, known_at: KnownAt = None
    ) -> Response:
        """One version, written under any name of the dataset.

        By the name that its writer gave it, else by its id.
        """
        sight = sight_of(request)
        seq = await past.seq(known_at)
        async with past.of_dataset(seq, request, namespace, dataset) as known:
            node = await find_dataset(known, sight, namespace, dataset)
            named = await all_names(known, sight, node)
            row = await known.versions.one_of_dataset(named, version, _uuid(version))
        if row is None:
            raise Unknown(f"No run was seen to write a version {version!r} of {dataset!r}.")
        return answer(_dataset_version(row, sight), known_header(seq))


def _add_jobs(router: APIRouter, questions: Questions) -> None:
    names, versions = questions.names, questions.versions

    @router.get(_OF_JOB, response_model=version_models.JobVersions)
    async def versions_of_job(
        request: Request, namespace: str, job: str, limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """The versions of a job that runs of it ended with, newest first."""
        sight = sight_of(request)
        node = await find_node(names, None, "job", namespace, job, shows=sight.shows)
        rows, total = await versions.of_job(node, limit, offset)
        page = [_job_version(row, sight) for row in rows]
        return answer({"versions": page, "totalCount": total})

    @router.get(_OF_JOB + "/{version:name}", response_model=version_models.JobVersion)
    async def version_of_job(request: Request, namespace: str, job: str, version: str) -> Response:
        """One version of a job."""
        sight = sight_of(request)
        node = await find_node(names, None, "job", namespace, job, shows=sight.shows)
        key = _uuid(version)
        row = await versions.one_of_job(node, key) if key else None
        if row is None:
            raise Unknown(f"No run of {job!r} ended with a version {version!r}.")
        return answer(_job_version(row, sight))


def _uuid(version: str) -> bytes | None:
    try:
        return UUID(version).bytes
    except ValueError:
        return None


def _dataset_version(row: DatasetVersionRow, sight: Sight) -> shapes.Json:
    node = row.dataset
    whole, run = row.run, sight.run(row.run)
    assert whole.resolved is not None
    assert run.resolved is not None
    schema = shapes.sight_facets(whole.resolved.writes[node.key]).get("schema")
    facets = shapes.sight_facets(run.resolved.writes[node.key])
    named = whole.resolved.named_versions().get(node.key)
    shown = shapes.dataset_node(DatasetRow(node, facets, None))
    for name in ("updatedAt", "lastModifiedAt", "lastLifecycleState", "aliases", "aliasOf"):
        del shown[name]
    seen = [one.uuid for one in row.writers if sight.sees(one.namespace)]
    return shown | {
        "createdAt": iso(min(one.at_us for one in row.writers)),
        "updatedAt": iso(row.writers[0].at_us),
        "version": version_text(named, whole.uuid, node.key),
        "lifecycleState": _lifecycle(facets),
        "currentSchemaVersion": schema and uuid_text(schema_version_hash(node.key, schema)),
        "createdByRun": shapes.run(run) if sight.sees(run.job.namespace) else None,
        "createdByRuns": [uuid_text(uuid) for uuid in seen],
        "confirmed": row.confirmed,
        "facets": shapes.raw_facets(facets),
    }


def _lifecycle(facets: Facets) -> str | None:
    facet = facets.get("lifecycleStateChange")
    return text(view(facet).get("lifecycleStateChange")) or None if facet else None


def _job_version(row: JobVersionRow, sight: Sight) -> shapes.Json:
    node, run = row.job, sight.run(row.run)
    assert run.resolved is not None
    share = run.resolved.shares[0]
    facets = {facet.name: facet for facet in share.facets.facets if not facet.deleted}
    version = uuid_text(row.hash)

    def named(keys: tuple[bytes, ...]) -> list[shapes.Json]:
        nodes = sight.nodes(run.datasets[key] for key in keys)
        return [shapes.identity(one) for one in sorted(nodes, key=lambda one: one.order)]

    return {
        "id": {**shapes.identity(node), "version": version},
        "name": node.name,
        "createdAt": iso(row.first_us),
        "version": version,
        "namespace": node.namespace,
        "location": shapes.location(facets),
        "inputs": named(share.io_set.inputs),
        "outputs": named(share.io_set.outputs),
        "latestRun": shapes.run(run),
    }
