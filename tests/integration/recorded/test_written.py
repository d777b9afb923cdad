"""Airflow, Spark and Flink, as they are known to speak: one estate, asked as a person would."""

import json
from collections.abc import Iterator

import pytest

from tests.conftest import PostgresServer
from tests.integration.recorded.conftest import Estate, Request, estate
from tests.recorded.written import airflow, flink, spark
from tests.recorded.written.shapes import KAFKA, LAKE, WAREHOUSE, Json

ALL = {"airflow": airflow.events(), "spark": spark.events(), "flink": flink.events()}
FEATURES = f"dataset:{LAKE}:features/customers"
CLICKS = f"dataset:{LAKE}:raw/clicks"
METASTORE = "hive://metastore.example.org:9083"


def request(event: Json) -> Request:
    body = json.dumps(event).encode()
    return Request("/api/v1/lineage", {"Content-Type": "application/json"}, body)


@pytest.fixture(scope="module")
def mixed(postgres_server: PostgresServer) -> Iterator[Estate]:
    with estate(postgres_server) as made:
        for events in ALL.values():
            for event in events:
                assert made.send(request(event)).status_code == 201, event
        yield made


@pytest.mark.parametrize("name", ALL)
def test_each_event_is_kept_and_known_again(mixed: Estate, name: str) -> None:
    for event in ALL[name]:
        again = mixed.send(request(event))
        assert again.status_code == 200
        seq = again.json()["seq"]
        kept = mixed.server.client.get(f"/api/v1/events/{seq}").content
        assert kept == request(event).body
        # Ids of Airflow's own, and members that say null, are all that a strict reader minds.
        problems = mixed.get(f"/api/v1/events/{seq}/meta")["problems"]
        pointers = {problem["pointer"] for problem in problems}
        assert ("/run/runId" in pointers) is (event["run"]["runId"] == airflow.DAG_RUN)
        nulls = [one["pointer"] for one in problems if one["reason"].endswith("not null")]
        assert all(pointer.endswith("/runId") for pointer in pointers.difference(nulls)), problems
    assert mixed.get("/api/v1/dead-letters")["deadLetters"] == []


def test_features_come_from_the_shop_and_from_the_stream(mixed: Estate) -> None:
    found = mixed.lineage(FEATURES, direction="upstream")
    assert {node for node in found if node.startswith("dataset:")} == {
        FEATURES,  # as it was asked for; of the others the table's name stands before the path
        f"dataset:{METASTORE}:shop.clicks",
        f"dataset:{METASTORE}:shop.orders",
        f"dataset:{LAKE}:raw/blocked",  # only column lineage names it
        f"dataset:{WAREHOUSE}:shop.raw.orders",
        f"dataset:{WAREHOUSE}:shop.public.orders",
        f"dataset:{KAFKA}:clicks",
        f"dataset:{KAFKA}:taps",
    }
    # Customers are loaded first, and flow nowhere.
    assert f"job:{airflow.NAMESPACE}:{airflow.DAG}.customers" not in found
    assert {node for node in found if node.startswith("job:")} == {
        f"job:spark:{spark.ACTION}",
        f"job:flink:{flink.JOB}",
        f"job:{airflow.NAMESPACE}:{airflow.DAG}.orders",
        f"job:{airflow.NAMESPACE}:{airflow.DAG}.publish",
    }


def test_many_starts_are_one_run(mixed: Estate) -> None:
    run = mixed.get(f"/api/v1/jobs/runs/{spark.ACTION_RUN}")
    assert (run["state"], run["conflict"], run["startInferred"]) == ("COMPLETED", False, False)
    assert run["startedAt"] == "2026-03-03T01:00:04.123456Z"
    assert run["endedAt"] == "2026-03-03T01:00:20.222222Z"
    assert run["parentRun"] == spark.APPLICATION_RUN
    assert {"spark.logicalPlan", "environment-properties"} <= set(run["facets"])
    read = {version["datasetVersionId"]["name"] for version in run["inputDatasetVersions"]}
    assert {"raw/orders", "raw/clicks"} <= read


def test_a_try_that_failed_and_the_next_are_two_runs(mixed: Estate) -> None:
    path = f"/api/v1/namespaces/{airflow.NAMESPACE}/jobs/{airflow.DAG}.orders/runs"
    states = {run["id"]: run["state"] for run in mixed.get(path)["runs"]}
    assert states == {airflow.ORDERS_FIRST: "FAILED", airflow.ORDERS_AGAIN: "COMPLETED"}
    again = mixed.get(f"/api/v1/jobs/runs/{airflow.ORDERS_AGAIN}")
    assert (again["startedAt"], again["durationMs"]) == ("2026-03-03T00:06:09Z", 81_000)
    copied = f"dataset:{WAREHOUSE}:shop.raw.orders"
    [written] = mixed.lineage(copied, direction="upstream")[copied]["inEdges"]
    assert (written["confirmed"], written["stale"]) == (True, False)


def test_tasks_hang_under_a_run_that_airflow_names_in_its_own_way(mixed: Estate) -> None:
    path = f"/api/v1/namespaces/{airflow.NAMESPACE}/jobs/{airflow.DAG}/runs"
    [dag] = mixed.get(path)["runs"]
    assert (dag["externalId"], dag["state"]) == (airflow.DAG_RUN, "COMPLETED")
    for run_id in (airflow.CUSTOMERS, airflow.ORDERS_AGAIN, airflow.PUBLISH):
        task = mixed.get(f"/api/v1/jobs/runs/{run_id}")
        assert (task["parentRun"], task["rootRun"]) == (dag["id"], dag["id"])


def test_a_stream_has_lineage_though_it_never_ends(mixed: Estate) -> None:
    [first, second] = (mixed.get(f"/api/v1/jobs/runs/{run}") for run in (flink.FIRST, flink.SECOND))
    assert (first["state"], second["state"], second["endedAt"]) == ("ABORTED", "RUNNING", None)
    assert first["facets"]["checkpoints"]["completed"] == 168
    found = mixed.lineage(CLICKS, direction="both")
    [written] = found[CLICKS]["inEdges"]
    assert (written["confirmed"], written["stale"]) == (True, False)
    edges = found[f"job:flink:{flink.JOB}"]["outEdges"]
    assert [edge["destination"] for edge in edges] == [CLICKS]


def test_what_only_the_cancelled_run_wrote_is_unconfirmed(mixed: Estate) -> None:
    late = f"dataset:{KAFKA}:clicks_late"
    [written] = mixed.lineage(late, direction="upstream")[late]["inEdges"]
    assert (written["confirmed"], written["stale"]) == (False, False)
    assert written["firstSeen"] == "2026-03-01T08:20:00.010000Z"


def test_before_it_was_cancelled_the_run_was_running(mixed: Estate) -> None:
    late = f"dataset:{KAFKA}:clicks_late"
    found = mixed.lineage(late, direction="upstream", asOf="2026-03-02T09:00:00Z")
    [written] = found[late]["inEdges"]
    assert written["confirmed"] is True
    assert f"dataset:{KAFKA}:taps" not in found


def test_what_only_column_lineage_names_is_an_input(mixed: Estate) -> None:
    found = mixed.lineage(FEATURES, direction="upstream", depth=1)
    edges = {
        edge["origin"]: edge["basis"] for edge in found[f"job:spark:{spark.ACTION}"]["inEdges"]
    }
    assert edges[f"dataset:{LAKE}:raw/blocked"] == "column"
