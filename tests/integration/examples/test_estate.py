"""The estate of the examples: it follows from its date, is taken whole, and shows something."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from examples.estate import ndjson
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import collector, environment
from tests.integration.recorded.conftest import Estate

START = date(2026, 3, 1)
WAREHOUSE = "dataset:postgres://warehouse.example.org:5432:dwh"
SHOP = "dataset:postgres://shop.example.org:5432:shop.public"
AT_RISK, REVENUE = f"{WAREHOUSE}.reports.customers_at_risk", f"{WAREHOUSE}.reports.revenue"
FEATURES = f"{WAREHOUSE}.features.customer_features"
OF_REVENUE = {
    REVENUE,
    f"{WAREHOUSE}.staging.stg_orders",
    f"{WAREHOUSE}.raw.orders",
    f"{SHOP}.orders",
}
OF_AT_RISK = OF_REVENUE - {REVENUE} | {
    AT_RISK,
    f"{WAREHOUSE}.scores.churn",
    "dataset:models://registry.example.org:churn",
    FEATURES,
    f"{WAREHOUSE}.staging.stg_customers",
    f"{WAREHOUSE}.raw.customers",
    f"{SHOP}.customers",
    "dataset:s3://shop-lake:features/clicks",
    "dataset:s3://shop-lake:raw/clicks",
    "dataset:kafka://stream.example.org:9092:clicks",
}


@pytest.fixture(scope="module")
def estate(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Estate]:
    """Ingested by the command, as a person would."""
    folder = tmp_path_factory.mktemp("estate")
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as server:
        done = subprocess.run(
            [sys.executable, "-m", "catchment", "ingest", "-"],
            input=b"".join(ndjson(START)),
            env=environment(database_url=url, data_dir=folder),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        yield Estate(server)


def datasets(estate: Estate, node: str, **parameters: str) -> set[str]:
    found = estate.lineage(node, direction="upstream", **parameters)
    return {node for node in found if node.startswith("dataset:")}


def test_the_same_date_gives_the_same_bytes() -> None:
    assert list(ndjson(START)) == list(ndjson(START))
    other = [json.loads(line)["eventTime"] for line in ndjson(date(2024, 2, 27))]
    assert other == sorted(other)
    assert (other[0][:10], other[-1][:10]) == ("2024-02-27", "2024-03-02")


def test_a_checkout_can_write_it_out() -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "examples.estate", START.isoformat()]
    written = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
    assert written == b"".join(ndjson(START))


def test_all_of_it_is_taken_without_a_problem(estate: Estate) -> None:
    entries = estate.server.entries()
    assert len(entries) == len(list(ndjson(START)))
    assert {json.dumps(entry["problems"]) for entry in entries} == {"[]"}
    assert estate.get("/api/v1/dead-letters")["deadLetters"] == []


def test_reports_have_the_sources_that_a_person_would_name(estate: Estate) -> None:
    assert datasets(estate, AT_RISK) == OF_AT_RISK
    assert datasets(estate, REVENUE) == OF_REVENUE


def test_all_runs_of_a_night_hang_under_its_dag(estate: Estate) -> None:
    dags = estate.get("/api/v1/namespaces/airflow/jobs/shop_nightly/runs")["runs"]
    assert [run["state"] for run in dags] == [
        "COMPLETED",
        "COMPLETED",
        "FAILED",
        "COMPLETED",
        "COMPLETED",
    ]
    path = "/api/v1/namespaces/dbt/jobs/dwh.features.shop.customer_features/runs"
    models = [estate.get(f"/api/v1/jobs/runs/{run['id']}") for run in estate.get(path)["runs"]]
    assert [run["rootRun"] for run in models] == [run["id"] for run in dags]
    for model, dag in zip(models, dags, strict=True):
        dbt = estate.get(f"/api/v1/jobs/runs/{model['parentRun']}")
        task = estate.get(f"/api/v1/jobs/runs/{dbt['parentRun']}")
        assert (dbt["job"]["name"], task["job"]["name"]) == ("dbt-run-shop", "shop_nightly.dbt")
        assert task["parentRun"] == dag["id"]
        assert {model["state"], dbt["state"], task["state"]} == {dag["state"]}


def test_a_failed_night_trains_no_model(estate: Estate) -> None:
    runs = estate.get("/api/v1/namespaces/science/jobs/train_churn/runs")["runs"]
    assert [run["startedAt"][:10] for run in runs] == [
        "2026-03-05",
        "2026-03-04",
        "2026-03-02",
        "2026-03-01",
    ]


def test_orders_have_a_country_from_the_fourth_night_on(estate: Estate) -> None:
    def fields(node: str, at: str) -> set[str]:
        data = estate.lineage(node, direction="upstream", asOf=at)[node]["data"]
        return {field["name"] for field in data["fields"]}

    for node, column in ((FEATURES, "countries"), (f"{WAREHOUSE}.raw.orders", "country")):
        assert column not in fields(node, "2026-03-03T12:00:00Z")
        assert column in fields(node, "2026-03-04T12:00:00Z")


def test_before_the_first_report_it_had_no_sources(estate: Estate) -> None:
    assert datasets(estate, AT_RISK, asOf="2026-03-01T02:00:00Z") == {AT_RISK}
    assert datasets(estate, AT_RISK, asOf="2026-03-01T03:00:00Z") == OF_AT_RISK


def test_datasets_are_described_by_their_owners(estate: Estate) -> None:
    data = estate.lineage(AT_RISK, direction="upstream")[AT_RISK]["data"]
    assert data["description"] == "Whom to call today."
    found = estate.lineage(AT_RISK, direction="downstream")
    [read] = found[AT_RISK]["outEdges"]
    assert (read["destination"], read["basis"]) == ("job:dashboards:sales", "declared")


def test_the_model_says_what_each_version_was_made_by_and_from(estate: Estate) -> None:
    [model] = estate.get("/api/v1/models")["models"]
    assert (model["name"], model["latestVersion"]) == ("churn", "4")
    versions = estate.get("/api/v1/models/models%3A%2F%2Fregistry.example.org/churn")["versions"]
    assert [one["version"] for one in versions] == ["4", "3", "2", "1"]
    assert [one["metrics"][0]["value"] for one in versions] == [0.85, 0.84, 0.82, 0.81]
    assert len({one["code"]["commit"] for one in versions}) == 4
    assert {len(one["inputs"]) for one in versions} == {2}
    assert {read["binding"] for one in versions for read in one["inputs"]} == {"inferred"}


def test_the_night_after_the_failed_one_scored_with_its_own_model(estate: Estate) -> None:
    asked = {"direction": "downstream"}
    model = "dataset:models://registry.example.org:churn"
    below = {
        n: estate.get("/api/v1/provenance", nodeId=f"{model}#{n}", **asked)["nodes"] for n in (2, 3)
    }
    reports = {
        n: [one["data"]["startedAt"][8:10] for one in nodes if one["type"] == "RUN"
            and one["data"]["job"]["name"] == "morning"]
        for n, nodes in below.items()
    }  # fmt: skip
    # In the night that failed nobody scored: the report was made of the scores of the night before.
    assert {n: sorted(days) for n, days in reports.items()} == {2: ["02", "03"], 3: ["04"]}
