"""The spool as a transport of the official client, and other transports behind it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from openlineage.client import OpenLineageClient
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
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    nominal_time_run,
    parent_run,
    schema_dataset,
    sql_job,
)
from openlineage.client.serde import Serde
from openlineage.client.transport.kafka import KafkaConfig, KafkaTransport

from catchment_emitters.spool import transport
from catchment_emitters.spool.rebuild import rebuild
from catchment_emitters.spool.transport import SpoolConfig, SpoolTransport
from tests.emitters.spool.peer import Peer, Reply
from tests.integration.http.conftest import Collector, server

__all__ = ["server"]


@pytest.fixture(autouse=True)
def no_spool_outlives_its_test() -> Iterator[None]:
    yield
    for spool in transport._shared.values():
        spool.close(0.2)
    transport._shared.clear()


def run_event() -> RunEvent:
    parent = parent_run.ParentRunFacet(
        run=parent_run.Run(runId=str(uuid4())),
        job=parent_run.Job(namespace="etl", name="dag.task"),
        root=parent_run.Root(
            run=parent_run.RootRun(runId=str(uuid4())),
            job=parent_run.RootJob(namespace="etl", name="dag"),
        ),
    )
    fields = [schema_dataset.SchemaDatasetFacetFields(name="id", type="int")]
    columns = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={
            "id": column_lineage_dataset.Fields(
                inputFields=[column_lineage_dataset.InputField("db", "orders", "id")]
            )
        }
    )
    time = nominal_time_run.NominalTimeRunFacet("2026-03-01T00:00:00Z")
    return RunEvent(
        eventType=RunState.COMPLETE,
        eventTime="2026-03-01T12:00:00.000Z",
        run=Run(str(uuid4()), facets={"parent": parent, "nominalTime": time}),
        job=Job("etl", "dag.task.part", facets={"sql": sql_job.SQLJobFacet("select 1")}),
        producer="https://example.org/tests",
        inputs=[InputDataset("db", "orders")],
        outputs=[
            OutputDataset(
                "db",
                "mart",
                facets={
                    "schema": schema_dataset.SchemaDatasetFacet(fields=fields),
                    "columnLineage": columns,
                },
            )
        ],
    )


def config(folder: Path, downstream: dict[str, Any]) -> dict[str, Any]:
    return {
        "transport": {
            "type": "catchment_emitters.SpoolTransport",
            "directory": str(folder),
            "downstream": downstream,
        }
    }


def test_the_official_client_reaches_a_real_collector(server: Collector, tmp_path: Path) -> None:
    downstream = {"type": "http", "url": server.url}
    client = OpenLineageClient(config=config(tmp_path, downstream))
    event = run_event()
    client.emit(event)
    assert client.close(10)
    (entry,) = [each for each in server.entries() if each["run"] == event.run.runId]
    found = server.client.get(f"/api/v1/events/{entry['seq']}").json()
    assert found["outputs"] == Serde.to_dict(event)["outputs"]


def spool_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "catchment-spool"}


def test_clients_of_one_configuration_share_a_spool(peer: Peer, tmp_path: Path) -> None:
    before = spool_threads()
    clients = [OpenLineageClient(config=config(tmp_path, peer.downstream)) for _ in range(3)]
    for client in clients:
        client.emit(run_event())
    assert clients[0].close()
    clients[1].emit(run_event())  # the others go on
    assert clients[1].close()
    assert len(peer.events) == 4
    assert len(spool_threads() - before) == 1
    assert len({id(client.transport.spool) for client in clients}) == 1  # type: ignore[attr-defined]


def test_the_environment_is_enough(peer: Peer, tmp_path: Path) -> None:
    program = (
        "from openlineage.client import OpenLineageClient\n"
        "from tests.emitters.spool.test_transport import run_event\n"
        "OpenLineageClient().emit(run_event())\n"
    )
    told = {
        "OPENLINEAGE__TRANSPORT__TYPE": "catchment_emitters.SpoolTransport",
        "OPENLINEAGE_URL": peer.url,
        "OPENLINEAGE_API_KEY": "k-1",
        "OPENLINEAGE_SPOOL_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(peer.events) == 1
    assert peer.requests[0].headers["Authorization"] == "Bearer k-1"


@pytest.mark.parametrize(
    "params", [{}, {"downstream": {}}, {"downstream": {"type": "x.SpoolTransport"}}]
)
def test_a_configuration_that_leads_nowhere_is_said_at_once(
    params: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENLINEAGE_URL", raising=False)
    with pytest.raises(ValueError, match="spool"):
        SpoolConfig.from_dict(params)


def test_an_event_that_cannot_be_serialised_does_not_raise(tmp_path: Path) -> None:
    spooling = SpoolTransport(SpoolConfig({"type": "console"}, str(tmp_path)))
    event = run_event()
    loop: list[Any] = []
    loop.append(loop)
    event.run.facets = {"loop": loop}  # type: ignore[dict-item]
    spooling.emit(event)


def test_close_without_a_time_is_bounded(refused: str, tmp_path: Path) -> None:
    client = OpenLineageClient(config=config(tmp_path, {"type": "http", "url": refused}))
    client.emit(run_event())
    assert not client.close()


def events_of_all_kinds() -> list[RunEvent | JobEvent | DatasetEvent]:
    told: dict[str, Any] = {"eventTime": "2026-03-01T12:00:00Z", "producer": "https://example.org"}
    plain = RunEvent(
        eventType=RunState.START, run=Run(str(uuid4())), job=Job("etl", "plain"), **told
    )
    return [
        run_event(),
        plain,
        JobEvent(job=Job("etl", "j"), inputs=[InputDataset("db", "a")], **told),
        DatasetEvent(dataset=StaticDataset("db", "a"), **told),
    ]


@pytest.mark.parametrize("event", events_of_all_kinds(), ids=["parent", "plain", "job", "dataset"])
def test_a_rebuilt_event_is_the_event(event: RunEvent) -> None:
    body = Serde.to_json(event).encode()
    again = rebuild(body)
    assert Serde.to_json(again) == body.decode()
    key = KafkaTransport._get_message_key
    kafka = KafkaTransport.__new__(KafkaTransport)
    assert key(kafka, again) == key(kafka, event)
    assert KafkaConfig.from_dict({"topic": "t", "config": {}}).flush


def test_any_transport_of_the_client_may_be_behind_it(tmp_path: Path) -> None:
    written = tmp_path / "events.ndjson"
    downstream = {"type": "file", "log_file_path": str(written), "append": True}
    client = OpenLineageClient(config=config(tmp_path / "spool", downstream))
    sent = [run_event() for _ in range(5)]
    for event in sent:
        client.emit(event)
    assert client.close(10)
    found = [json.loads(line) for line in written.open()]
    assert [each["run"]["runId"] for each in found] == [event.run.runId for event in sent]
    assert found[0]["outputs"] == Serde.to_dict(sent[0])["outputs"]


def test_a_transport_that_fails_is_tried_again(peer: Peer, tmp_path: Path) -> None:
    peer.script.extend([Reply(503)] * 2)
    downstream = {
        "type": "composite",
        "transports": [peer.downstream | {"retry": {"total": 0, "status_forcelist": []}}],
    }
    client = OpenLineageClient(config=config(tmp_path, downstream))
    for _ in range(3):
        client.emit(run_event())
    assert client.close(10)
    assert len(peer.events) == 3
