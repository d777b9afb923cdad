"""What Dagster told, in a real collector, and asked back."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import TEMPLATE, PostgresServer
from tests.emitters.dagster.conftest import Told
from tests.integration.http.conftest import NDJSON, Collector, collector

SPACE = "dagster://local"


@pytest.fixture(scope="module")
def server(postgres_server: PostgresServer) -> Iterator[Collector]:
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as running:
        yield running


def send(server: Collector, bodies: list[bytes]) -> None:
    answer = server.client.post("/api/v1/lineage/batch", content=b"\n".join(bodies), headers=NDJSON)
    assert answer.status_code in (200, 204), answer.text
    assert answer.status_code == 204 or answer.json()["summary"]["failed"] == 0, answer.text


def provenance(server: Collector, node: str, **more: int) -> dict[str, Any]:
    answer = server.client.get("/api/v1/provenance", params={"nodeId": node, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_reading_again_adds_nothing_and_the_graph_knows_versions(
    told: Told, server: Collector
) -> None:
    send(server, told.bodies("whole"))
    count = len(server.entries())
    send(server, told.bodies("whole_again") + told.bodies("killed"))
    version = told.one("subset", "both", "COMPLETE")["outputs"][0]["facets"]["version"]
    found = provenance(server, f"dataset:{SPACE}:right#{version['datasetVersion']}")
    ids = {one["id"] for one in found["nodes"]}
    edges = {(one["origin"], one["destination"]): one for one in found["edges"]}
    run_id = told.one("nightly", "daily", "COMPLETE")["run"]["runId"]
    read = edges[f"dataset:{SPACE}:raw/orders#orders-1", f"run:{run_id}"]

    assert count == len(told.bodies("whole")) == len(server.entries())
    assert f"dataset:{SPACE}:raw/orders#orders-1" in ids
    assert read["binding"] == "explicit"


def test_sensor_and_handler_together_are_logged_once(pushed: Told, server: Collector) -> None:
    before = len(server.entries())
    send(server, pushed.bodies("pushed"))
    send(server, pushed.bodies("tailed"))

    assert len(server.entries()) - before == len(set(pushed.bodies("tailed")))


def test_a_model_is_found_among_models(told: Told, server: Collector) -> None:
    send(server, told.bodies("whole"))
    models = server.client.get("/api/v1/models").json()

    assert [one["name"] for one in models["models"]] == ["scorer"]
