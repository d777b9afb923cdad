"""The official Python client, as its own documentation uses it."""

from datetime import UTC, datetime
from uuid import uuid4

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
)
from openlineage.client.facet_v2 import schema_dataset, sql_job
from openlineage.client.transport.http import HttpConfig, HttpTransport

from tests.integration.http.conftest import Collector


def test_its_events_become_lineage(server: Collector) -> None:
    client = OpenLineageClient(transport=HttpTransport(HttpConfig(url=server.url)))
    run = Run(runId=str(uuid4()))
    fields = [schema_dataset.SchemaDatasetFacetFields(name="id", type="bigint")]
    for state in (RunState.START, RunState.COMPLETE):
        client.emit(
            RunEvent(
                eventType=state,
                eventTime=datetime.now(UTC).isoformat(),
                run=run,
                job=Job("shop", "daily", facets={"sql": sql_job.SQLJobFacet(query="select 1")}),
                producer="https://example.org/tests",
                inputs=[InputDataset("lake", "clicks")],
                outputs=[
                    OutputDataset(
                        "lake",
                        "visits",
                        facets={"schema": schema_dataset.SchemaDatasetFacet(fields=fields)},
                    )
                ],
            )
        )
    client.close()
    asked = {"nodeId": "dataset:lake:visits", "direction": "upstream"}
    graph = server.client.get("/api/v1/lineage", params=asked).json()["graph"]
    assert [node["id"] for node in graph] == [
        "dataset:lake:clicks",
        "dataset:lake:visits",
        "job:shop:daily",
    ]
    assert graph[1]["data"]["fields"][0]["name"] == "id"
    assert graph[2]["data"]["latestRun"]["state"] == "COMPLETED"
    assert [entry["problems"] for entry in server.entries()] == [[], []]
