"""What older clients write, as OpenLineage events that say the same.

Pure functions. A dataset or job that is put is declared (DatasetEvent, JobEvent); a run that is
made or marked is observed (RunEvent). Facets that OpenLineage has no name for are our own.
"""

from typing import Any

from catchment.api.writes.bodies import DatasetId, DatasetMeta, FieldMeta, JobMeta, RunMeta
from catchment.lineage.fold import NOTE

Json = dict[str, Any]

_PRODUCER = "urn:catchment:api"
_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
_FACETS = {
    "schema": "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json",
    "dataSource": "https://openlineage.io/spec/facets/1-0-1/DatasourceDatasetFacet.json",
    "datasetType": "https://openlineage.io/spec/facets/1-0-0/DatasetTypeDatasetFacet.json",
    "dataset documentation": (
        "https://openlineage.io/spec/facets/1-1-0/DocumentationDatasetFacet.json"
    ),
    "job documentation": "https://openlineage.io/spec/facets/1-1-0/DocumentationJobFacet.json",
    "tags": "https://openlineage.io/spec/facets/1-0-0/TagsDatasetFacet.json",
    "jobType": "https://openlineage.io/spec/facets/2-0-3/JobTypeJobFacet.json",
    "sourceCodeLocation": (
        "https://openlineage.io/spec/facets/1-0-1/SourceCodeLocationJobFacet.json"
    ),
    "nominalTime": "https://openlineage.io/spec/facets/1-0-1/NominalTimeRunFacet.json",
}
_EVENT_TYPES = {"start": "START", "complete": "COMPLETE", "fail": "FAIL", "abort": "ABORT"}
MARKS = tuple(_EVENT_TYPES)


def _facet(of: str, **members: Any) -> Json:
    url = _FACETS.get(of, f"urn:catchment:facet:{of}")
    given = {key: value for key, value in members.items() if value is not None}
    return {"_producer": _PRODUCER, "_schemaURL": url, **given}


def _event(shape: str, time: str, **members: Any) -> Json:
    return {"eventTime": time, "producer": _PRODUCER, "schemaURL": _SPEC + shape, **members}


def dataset_event(namespace: str, name: str, meta: DatasetMeta, url: str | None, time: str) -> Json:
    """A DatasetEvent. `url`: of the source, where it is known."""
    return _event("DatasetEvent", time, dataset=dataset_element(namespace, name, meta, url))


def dataset_element(namespace: str, name: str, meta: DatasetMeta, url: str | None) -> Json:
    """The dataset as an event names it."""
    kind = "TOPIC" if meta.type == "STREAM" else "TABLE"
    facets = {
        "dataSource": _facet("dataSource", name=meta.source_name, uri=url),
        "datasetType": _facet("datasetType", datasetType=kind),
    }
    if meta.fields_:
        facets["schema"] = _facet("schema", fields=[_field(one) for one in meta.fields_])
    if meta.description is not None:
        text = meta.description
        facets["documentation"] = _facet("dataset documentation", description=text)
    if meta.physical_name != name or meta.schema_location:
        facets["catchment_physical"] = _facet(
            "catchment_physical", name=meta.physical_name, schemaLocation=meta.schema_location
        )
    tags = [_tag(tag) for tag in meta.tags]
    tags += [_tag(tag) | {"field": one.name} for one in meta.fields_ for tag in one.tags]
    if tags:
        facets["tags"] = _facet("tags", tags=tags)
    return {"namespace": namespace, "name": name, "facets": facets}


def _field(field: FieldMeta) -> Json:
    members = {"name": field.name, "type": field.type, "description": field.description}
    return {key: value for key, value in members.items() if value is not None}


def _tag(tag: str) -> Json:
    return {"key": tag, "value": "true", "source": "API"}


def job_event(namespace: str, name: str, meta: JobMeta, time: str) -> Json:
    """A JobEvent."""
    return _event(
        "JobEvent",
        time,
        job=job_element(namespace, name, meta),
        inputs=_named(meta.inputs),
        outputs=_named(meta.outputs),
    )


def job_element(namespace: str, name: str, meta: JobMeta) -> Json:
    """The job as an event names it."""
    kind = {"STREAM": "STREAMING"}.get(meta.type, meta.type)
    facets = {"jobType": _facet("jobType", processingType=kind, integration="API", jobType="JOB")}
    if meta.description is not None:
        facets["documentation"] = _facet("job documentation", description=meta.description)
    if meta.location:
        facets["sourceCodeLocation"] = _facet("sourceCodeLocation", type="url", url=meta.location)
    if meta.context:
        facets["catchment_context"] = _facet("catchment_context", context=meta.context)
    return {"namespace": namespace, "name": name, "facets": facets}


def _named(datasets: list[DatasetId]) -> list[Json]:
    return [{"namespace": one.namespace, "name": one.name} for one in datasets]


def run_event(
    run_id: str, job: Json, time: str, *, inputs: list[Json], outputs: list[Json]
) -> Json:
    """A RunEvent that notes what a run reads or writes, and nothing of its state."""
    run = {"runId": run_id, "facets": {NOTE: _facet(NOTE, says="declared")}}
    members = {"eventType": "OTHER", "run": run, "job": job}
    return _event("RunEvent", time, **members, inputs=inputs, outputs=outputs)


def job_run_event(run_id: str, namespace: str, name: str, meta: JobMeta, time: str) -> Json:
    """The same, of a job that is put with the run that did it."""
    return run_event(
        run_id,
        job_element(namespace, name, meta),
        time,
        inputs=_named(meta.inputs),
        outputs=_named(meta.outputs),
    )


def created_run_event(run_id: str, job: Json, meta: RunMeta, time: str) -> Json:
    """A RunEvent of a run that is to come: what is planned, and nothing of its state."""
    event = run_event(run_id, job, time, inputs=[], outputs=[])
    facets = event["run"]["facets"]
    facets[NOTE]["says"] = "created"
    start, end = meta.nominal_start_time, meta.nominal_end_time
    if start:
        facets["nominalTime"] = _facet("nominalTime", nominalStartTime=start, nominalEndTime=end)
    if meta.args:
        facets["catchment_args"] = _facet("catchment_args", args=meta.args)
    return event


def mark_event(run_id: str, job: Json, mark: str, time: str) -> Json:
    """A RunEvent that moves a run on: `mark` is one of `MARKS`."""
    run = {"runId": run_id, "facets": {}}
    return _event(
        "RunEvent", time, eventType=_EVENT_TYPES[mark], run=run, job=job, inputs=[], outputs=[]
    )
