"""Every recorded request is taken, kept byte for byte, and known again."""

from collections.abc import Iterator

import pytest

from tests.conftest import PostgresServer
from tests.integration.recorded.conftest import Estate, estate, recording

DBT = ["dbt/good.ndjson", "dbt/failing.ndjson", "dbt/changed.ndjson", "dbt/streamed.ndjson.gz"]
CLIENT = [
    f"client/{way}.ndjson" for way in ("http", "http_gzip", "async_http", "composite", "file")
]


@pytest.fixture(scope="module")
def empty(postgres_server: PostgresServer) -> Iterator[Estate]:
    with estate(postgres_server) as made:
        yield made


@pytest.mark.parametrize("name", [*DBT, CLIENT[0]])
def test_each_request_is_taken_once_and_kept(empty: Estate, name: str) -> None:
    for request in recording(name):
        answer = empty.send(request)
        assert answer.status_code == 201, answer.text
        seq = answer.json()["seq"]
        again = empty.send(request)
        assert (again.status_code, again.json()) == (200, {"seq": seq})
        assert empty.server.client.get(f"/api/v1/events/{seq}").content == request.event
        assert empty.get(f"/api/v1/events/{seq}/meta")["problems"] == []
    assert empty.get("/api/v1/dead-letters")["deadLetters"] == []


def test_the_official_client_says_the_same_by_every_transport(
    postgres_server: PostgresServer,
) -> None:
    with estate(postgres_server, CLIENT[0]) as made:
        before = made.server.entries()
        for name in CLIENT[1:]:
            sent = [made.send(request) for request in recording(name)]
            assert [answer.status_code for answer in sent] == [200] * 9, name
            assert {answer.json()["seq"] for answer in sent} == {entry["seq"] for entry in before}
        assert made.server.entries() == before


@pytest.fixture(scope="module")
def client(postgres_server: PostgresServer) -> Iterator[Estate]:
    with estate(postgres_server, CLIENT[2]) as made:  # async_http: START need not be first
        yield made


def test_explicit_lineage_keeps_the_pages_of_a_report_apart(client: Estate) -> None:
    pages = {
        # A table's name stands before that of the place where it lies.
        "at_risk": {"reports/at_risk", "scores", "churn", "shop.customer_features"},
        "spending": {"reports/spending", "shop.customer_features"},
    }
    for page, expected in pages.items():
        found = client.lineage(f"dataset:s3://lake:reports/{page}", direction="upstream")
        names = {node["data"]["name"] for node in found.values() if node["type"] == "DATASET"}
        assert names == expected
    assert {edge["basis"] for edge in found["job:training:report"]["inEdges"]} == {"explicit"}


def test_what_only_a_failed_run_did_is_unconfirmed(client: Estate) -> None:
    found = client.lineage("dataset:s3://lake:scores", direction="upstream")
    [written] = found["dataset:s3://lake:scores"]["inEdges"]
    assert (written["origin"], written["confirmed"]) == ("job:training:score", False)
    [learnt] = found["dataset:models://registry.example.org:churn"]["inEdges"]
    assert (learnt["basis"], learnt["confirmed"]) == ("column", True)


def test_facets_of_every_kind_are_told(client: Estate) -> None:
    run = client.get("/api/v1/jobs/runs/018e5c00-0000-7000-8000-000000000001")
    assert run["state"] == "COMPLETED"
    assert run["parentRun"] == run["rootRun"] == "018e5c00-0000-7000-8000-000000000000"
    assert (run["nominalStartTime"], run["durationMs"]) == ("2026-03-02T00:00:00Z", 600_500)
    # The flow itself never spoke: it is known from its children.
    assert client.get(f"/api/v1/jobs/runs/{run['parentRun']}")["state"] == "NEW"
    # Facets accumulate over START, RUNNING and COMPLETE.
    assert {"parent", "jobDependencies", "executionParameters", "tags", "test"} <= set(
        run["facets"]
    )
    [read], [written] = run["inputDatasetVersions"], run["outputDatasetVersions"]
    assert read["datasetVersionId"]["version"] == "17"
    assert {"subset", "inputStatistics", "dataQualityAssertions"} <= set(read["facets"])
    assert {"lifecycleStateChange", "outputStatistics"} <= set(written["facets"])
    failed = client.get("/api/v1/jobs/runs/018e5c00-0000-7000-8000-000000000002")
    assert failed["facets"]["errorMessage"]["message"] == "no rows"


def test_what_is_declared_is_shown_as_declared(client: Estate) -> None:
    found = client.lineage("dataset:s3://lake:scores", direction="downstream")
    [archived] = found["dataset:s3://lake:archive/scores"]["inEdges"]
    assert archived["basis"] == "declared"
    said = found["dataset:s3://lake:scores"]["data"]["description"]
    assert said == "How likely each customer leaves."
