"""From an event's JSON back to the objects that openlineage-python's transports take."""

import json
from typing import Any

from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.facet_v2 import parent_run

Event = RunEvent | JobEvent | DatasetEvent


def rebuild(body: bytes) -> Event:
    """The event, its facets as plain dictionaries; raises if the client would not have made it.

    Only the `parent` facet becomes an object: the kafka transport makes the message's key of it.
    """
    event: dict[str, Any] = json.loads(body)
    time, producer = event["eventTime"], event.get("producer", "")
    if "run" in event:
        return RunEvent(
            eventTime=time,
            producer=producer,
            eventType=RunState(event["eventType"]) if event.get("eventType") else None,
            run=Run(runId=event["run"]["runId"], facets=_run_facets(event["run"])),
            job=_job(event["job"]),
            inputs=[_input(each) for each in event.get("inputs") or []],
            outputs=[_output(each) for each in event.get("outputs") or []],
        )
    if "job" in event:
        return JobEvent(
            eventTime=time,
            producer=producer,
            job=_job(event["job"]),
            inputs=[_input(each) for each in event.get("inputs") or []],
            outputs=[_output(each) for each in event.get("outputs") or []],
        )
    dataset = event["dataset"]
    return DatasetEvent(
        eventTime=time,
        producer=producer,
        dataset=StaticDataset(
            namespace=dataset["namespace"],
            name=dataset["name"],
            facets=dataset.get("facets") or {},
        ),
    )


def _job(job: dict[str, Any]) -> Job:
    return Job(namespace=job["namespace"], name=job["name"], facets=job.get("facets") or {})


def _input(dataset: dict[str, Any]) -> InputDataset:
    return InputDataset(
        namespace=dataset["namespace"],
        name=dataset["name"],
        facets=dataset.get("facets") or {},
        inputFacets=dataset.get("inputFacets") or {},
    )


def _output(dataset: dict[str, Any]) -> OutputDataset:
    return OutputDataset(
        namespace=dataset["namespace"],
        name=dataset["name"],
        facets=dataset.get("facets") or {},
        outputFacets=dataset.get("outputFacets") or {},
    )


def _run_facets(run: dict[str, Any]) -> dict[str, Any]:
    facets = dict(run.get("facets") or {})
    parent = facets.get("parent")
    if not isinstance(parent, dict):
        return facets
    job, root = parent["job"], parent.get("root")
    facets["parent"] = parent_run.ParentRunFacet(
        run=parent_run.Run(runId=parent["run"]["runId"]),
        job=parent_run.Job(namespace=job["namespace"], name=job["name"]),
        root=parent_run.Root(
            run=parent_run.RootRun(runId=root["run"]["runId"]),
            job=parent_run.RootJob(namespace=root["job"]["namespace"], name=root["job"]["name"]),
        )
        if root
        else None,
        producer=parent.get("_producer", ""),
    )
    return facets
