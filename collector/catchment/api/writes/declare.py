"""What older clients put: namespaces, sources, datasets and jobs.

Namespaces and sources become control entries, datasets and jobs events that declare them.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.access.grants import grant_of
from catchment.api import models, one, shapes
from catchment.api.asking import answer
from catchment.api.runs import find_run
from catchment.api.sight import sight_of
from catchment.api.spaces import seen_names
from catchment.api.writes import events
from catchment.api.writes.bodies import (
    DatasetMeta,
    JobMeta,
    NamespaceMeta,
    SourceMeta,
    described,
    read_body,
)
from catchment.api.writes.names import require_everything, require_name, require_own, writer
from catchment.api.writes.recorder import Recorder
from catchment.events.names import cut_password
from catchment.events.secrets import without_secrets
from catchment.lineage.ports import Kind
from catchment.postgres.read import Questions


def build_router(questions: Questions, recorder: Recorder) -> APIRouter:
    """The routes; each answers with what was put, as it is then."""
    router = APIRouter(prefix="/api/v1", tags=["declarations"], responses=models.UNREADABLE)
    _add_namespaces_and_sources(router, questions, recorder)
    _add_datasets_and_jobs(router, questions, recorder)
    return router


def _add_namespaces_and_sources(
    router: APIRouter, questions: Questions, recorder: Recorder
) -> None:
    @router.put(
        "/namespaces/{namespace:name}",
        response_model=models.Namespace,
        openapi_extra=described(NamespaceMeta),
    )
    async def put_namespace(request: Request, namespace: str) -> Response:
        """Say whose a namespace is, and what it is for."""
        sight = sight_of(request)
        namespace = cut_password(require_name(namespace, "namespace"))
        require_own(sight, namespace)
        meta = await read_body(request, NamespaceMeta)
        said = {"owner": meta.owner_name, "description": meta.description}
        await recorder.control(Kind.NAMESPACE, {"namespace": namespace, **said})
        return answer(shapes.namespace(await one.find_namespace(questions, sight, namespace)))

    @router.put(
        "/sources/{source:name}",
        response_model=models.DataSource,
        openapi_extra=described(SourceMeta),
    )
    async def put_source(request: Request, source: str) -> Response:
        """Say what a source of data is; datasets name it in their `dataSource` facet."""
        require_everything(sight_of(request), "sources")
        meta = await read_body(request, SourceMeta)
        url = without_secrets(meta.connection_url)
        said = {"type": meta.type, "url": url, "description": meta.description}
        name = without_secrets(require_name(source, "source"))
        await recorder.control(Kind.SOURCE, {"name": name, **said})
        row = await questions.sources.one(name, None)
        assert row is not None
        return answer(shapes.source(row))


def _add_datasets_and_jobs(router: APIRouter, questions: Questions, recorder: Recorder) -> None:
    @router.put(
        "/namespaces/{namespace:name}/datasets/{dataset:name}",
        response_model=models.Dataset,
        openapi_extra=described(DatasetMeta),
        deprecated=True,
    )
    async def put_dataset(request: Request, namespace: str, dataset: str) -> Response:
        """Declare a dataset; with `runId`, as written by that run. Events say more."""
        sight = writer(request, namespace)
        meta = await read_body(request, DatasetMeta)
        source = await questions.sources.one(meta.source_name, await seen_names(questions, sight))
        url = source.uri or None if source else None
        at = await recorder.now()
        declared = events.dataset_event(namespace, dataset, meta, url, at)
        said = [declared]
        if meta.run_id:
            run = await find_run(questions.details, meta.run_id, sight)
            job, outputs = shapes.identity(run.job), [declared["dataset"]]
            said.append(events.run_event(meta.run_id, job, at, inputs=[], outputs=outputs))
        await recorder.events(said, grant_of(request.scope))
        node = await one.find_dataset(questions, sight, namespace, dataset)
        return answer(await one.dataset(questions, sight, node))

    @router.put(
        "/namespaces/{namespace:name}/jobs/{job:name}",
        response_model=models.Job,
        openapi_extra=described(JobMeta),
        deprecated=True,
    )
    async def put_job(request: Request, namespace: str, job: str) -> Response:
        """Declare a job; with `runId`, as that run did it. Events say more."""
        sight = writer(request, namespace)
        meta = await read_body(request, JobMeta)
        if meta.run_id:
            await find_run(questions.details, meta.run_id, sight)
        at = await recorder.now()
        said = [events.job_event(namespace, job, meta, at)]
        if meta.run_id:
            said.append(events.job_run_event(meta.run_id, namespace, job, meta, at))
        await recorder.events(said, grant_of(request.scope))
        node = await one.find_job(questions, sight, namespace, job)
        return answer(await one.job(questions, sight, node))
