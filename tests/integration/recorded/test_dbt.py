"""The lineage of a dbt project that a person would draw, from what dbt-ol really sent."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import PostgresServer
from tests.integration.recorded.conftest import Estate, estate, recording

DATABASE = "duckdb:///srv/shop/shop.duckdb"
UPSTREAM = {
    "main_raw.customers",
    "main_raw.orders",
    "main_staging.stg_customers",
    "main_staging.stg_orders",
    "main_features.customer_features",
    "main_reports.best_customers",
}
JOBS = {
    "shop.main_staging.shop.stg_customers.build.run",
    "shop.main_staging.shop.stg_orders.build.run",
    "shop.main_features.shop.customer_features.build.run",
    "shop.main_reports.shop.best_customers.build.run",
}
FEATURES = "job:shop:shop.main_features.shop.customer_features.build.run"


def table(name: str) -> str:
    return f"dataset:{DATABASE}:shop.{name}"


REPORT = table("main_reports.best_customers")


@pytest.fixture(scope="module")
def shop(postgres_server: PostgresServer) -> Iterator[Estate]:
    with estate(
        postgres_server, "dbt/good.ndjson", "dbt/failing.ndjson", "dbt/changed.ndjson"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def failed(postgres_server: PostgresServer) -> Iterator[Estate]:
    with estate(postgres_server, "dbt/failing.ndjson") as made:
        yield made


def ended(name: str, job: str) -> dict[str, Any]:
    """The last event of a recording about a job."""
    return [request.said for request in recording(name) if request.said["job"]["name"] == job][-1]


def test_the_report_comes_from_the_raw_tables(shop: Estate) -> None:
    expected = {table(name) for name in UPSTREAM} | {f"job:shop:{name}" for name in JOBS}
    assert set(shop.lineage(REPORT, direction="upstream")) == expected


def test_each_raw_table_goes_its_own_way(shop: Estate) -> None:
    found = shop.lineage(table("main_raw.orders"), direction="downstream")
    assert table("main_staging.stg_orders") in found
    assert table("main_staging.stg_customers") not in found
    assert {table("main_features.customer_features"), REPORT} <= set(found)


def test_edges_come_from_column_lineage_where_dbt_gave_it(shop: Estate) -> None:
    found = shop.lineage(REPORT, direction="upstream")
    read = found[FEATURES]["inEdges"]
    assert {edge["origin"] for edge in read} == {
        table("main_staging.stg_customers"),
        table("main_staging.stg_orders"),
    }
    assert {edge["basis"] for edge in read} == {"column"}


def test_tests_are_jobs_that_read_and_write_nothing(shop: Estate) -> None:
    test = "job:shop:shop.main_staging.shop.stg_orders.build.test"
    found = shop.lineage(table("main_staging.stg_orders"), direction="downstream")
    assert found[test]["outEdges"] == []
    assert test not in shop.lineage(REPORT, direction="upstream")


def test_a_model_that_only_failed_has_unconfirmed_edges(failed: Estate) -> None:
    node = table("main_features.customer_features")
    found = failed.lineage(node, direction="upstream")
    [written] = found[node]["inEdges"]
    assert (written["origin"], written["confirmed"]) == (FEATURES, False)
    assert {edge["confirmed"] for edge in found[FEATURES]["inEdges"]} == {False}
    staged = found[table("main_staging.stg_orders")]["inEdges"]
    assert [edge["confirmed"] for edge in staged] == [True]
    assert REPORT not in failed.lineage(node, direction="downstream"), "it was skipped"


def test_a_failure_between_good_runs_takes_nothing_away(shop: Estate) -> None:
    node = table("main_features.customer_features")
    during = ended("dbt/failing.ndjson", "dbt-run-shop")["eventTime"]
    for at in ({"asOf": during}, {}):
        found = shop.lineage(node, direction="upstream", **at)
        [written] = found[node]["inEdges"]
        assert (written["confirmed"], written["stale"]) == (True, False)
    runs = shop.get(f"/api/v1/namespaces/shop/jobs/{FEATURES.removeprefix('job:shop:')}/runs")
    states = [run["state"] for run in runs["runs"]]
    assert states == ["COMPLETED", "FAILED", "COMPLETED"]


def test_a_column_is_there_from_the_run_that_brought_it(shop: Estate) -> None:
    def columns(name: str, **at: str) -> list[str]:
        data = shop.lineage(table(name), direction="upstream", **at)[table(name)]["data"]
        return [field["name"] for field in data["fields"]]

    before = {"asOf": ended("dbt/failing.ndjson", "dbt-run-shop")["eventTime"]}
    after = {"asOf": ended("dbt/changed.ndjson", "dbt-run-shop")["eventTime"]}
    features = "main_features.customer_features"
    for at in (after, {}):
        assert "country" in columns("main_raw.orders", **at)
        assert columns(features, **at) == ["customer_id", "orders", "spent", "countries"]
    assert "country" not in columns("main_raw.orders", **before)
    assert columns(features, **before) == ["customer_id", "orders", "spent"]


def test_before_the_first_run_there_is_nothing(shop: Estate) -> None:
    first = recording("dbt/good.ndjson")[0].said["eventTime"]
    found = shop.lineage(REPORT, direction="upstream", asOf=first)
    assert set(found) <= {REPORT}


@pytest.mark.parametrize("name", ["good", "failing", "changed"])
def test_the_runs_of_models_hang_under_the_run_of_dbt(shop: Estate, name: str) -> None:
    requests = [request.said for request in recording(f"dbt/{name}.ndjson")]
    root = requests[0]["run"]["runId"]
    children = {said["run"]["runId"] for said in requests} - {root}
    assert len(children) >= 6
    for child in children:
        run = shop.get(f"/api/v1/jobs/runs/{child}")
        assert (run["parentRun"], run["rootRun"]) == (root, root)
    expected = "FAILED" if name == "failing" else "COMPLETED"
    assert shop.get(f"/api/v1/jobs/runs/{root}")["state"] == expected


def test_statements_hang_under_models_when_dbt_streams(postgres_server: PostgresServer) -> None:
    name = "dbt/streamed.ndjson.gz"
    with estate(postgres_server, name) as made:
        root = recording(name)[0].said["run"]["runId"]
        model = ended(name, "model.shop.customer_features")["run"]["runId"]
        statement = ended(name, "model.shop.customer_features.sql.1")["run"]["runId"]
        run = made.get(f"/api/v1/jobs/runs/{statement}")
        assert (run["parentRun"], run["rootRun"]) == (model, root)
        assert made.get(f"/api/v1/jobs/runs/{model}")["parentRun"] == root
        # Statements say nothing of datasets, and are in nobody's way.
        found = made.lineage(REPORT, direction="upstream")
        assert {node for node in found if node.startswith("dataset:")} == {
            table(name) for name in UPSTREAM
        }
        jobs = {node for node in found if node.startswith("job:")}
        assert jobs == {
            f"job:shop:{kind}.shop.{name}"
            for kind, names in {
                "seed": ["customers", "orders"],
                "model": ["stg_customers", "stg_orders", "customer_features", "best_customers"],
            }.items()
            for name in names
        }
