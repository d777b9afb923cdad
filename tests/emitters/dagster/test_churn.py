"""The example, run for real and asked: which training made this model, of what, from which code?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TEMPLATE, PostgresServer
from tests.emitters.arriving import arrived, drained, to_collector
from tests.emitters.dagster.running import events, new_home, run
from tests.emitters.dagster.test_collected import SPACE, provenance
from tests.emitters.engines import ROOT
from tests.integration.http.conftest import Collector, collector

EXAMPLE = ROOT / "examples" / "dagster_churn"


@pytest.fixture(scope="module")
def server(postgres_server: PostgresServer) -> Iterator[Collector]:
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as running:
        yield running


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, server: Collector) -> Path:
    home = new_home(tmp_path_factory.mktemp("churn") / "home")
    environment = to_collector(server, home / "spool")
    run(home, str(EXAMPLE / "nights.py"), CHURN_HOME=home / "churn", **environment)
    drained(environment)
    said = home / "said.ndjson"
    said.write_bytes(b"\n".join(arrived(server)))
    return said


def versions(nights: Path, asset: str) -> list[tuple[str, str]]:
    """Version and run of each write of an asset, in their order."""
    return [
        (one["facets"]["version"]["datasetVersion"], event["run"]["runId"])
        for event in events(nights)
        if event.get("eventType") == "COMPLETE"
        for one in event["outputs"]
        if one["name"] == asset
    ]


def sources(found: dict[str, Any], run_id: str) -> set[str]:
    return {one["origin"] for one in found["edges"] if one["destination"] == f"run:{run_id}"}


def test_a_model_says_its_training_data_and_commit(nights: Path, server: Collector) -> None:
    (first, first_run), (second, second_run) = versions(nights, "churn_model")
    features = [version for version, _ in versions(nights, "features")]
    customers = [version for version, _ in versions(nights, "customers")]

    assert first != second
    for model, run_id, of in ((first, first_run, 0), (second, second_run, 1)):
        found = provenance(server, f"dataset:{SPACE}:churn_model#{model}")
        nodes = {one["id"]: one for one in found["nodes"]}
        trained = nodes[f"run:{run_id}"]["data"]
        assert sources(found, run_id) == {f"dataset:{SPACE}:features#{features[of]}"}
        assert f"dataset:{SPACE}:customers#{customers[of]}" in nodes
        assert trained["job"] == {"namespace": "dagster", "name": "churn_model"}
        assert trained["state"] == "COMPLETED"
        assert len(trained["code"]["commit"]) == 40
        assert trained["code"]["path"].startswith("examples/dagster_churn/definitions.py")


def test_scores_of_an_old_model_say_so(nights: Path, server: Collector) -> None:
    (first, _), (second, _) = versions(nights, "churn_model")
    features = [version for version, _ in versions(nights, "features")]
    pairs = [(first, features[0]), (first, features[1]), (second, features[1])]

    for (score, run_id), (model, data) in zip(versions(nights, "scores"), pairs, strict=True):
        found = provenance(server, f"dataset:{SPACE}:scores#{score}", depth=1)
        assert sources(found, run_id) == {
            f"dataset:{SPACE}:churn_model#{model}",
            f"dataset:{SPACE}:features#{data}",
        }


def test_both_versions_are_listed_with_their_figures(nights: Path, server: Collector) -> None:
    known = server.client.get("/api/v1/models").json()["models"]
    found = server.client.get(f"/api/v1/models/{SPACE.replace('/', '%2F')}/churn_model").json()

    assert [one["name"] for one in known] == ["churn_model"]
    assert {one["version"] for one in found["versions"]} == {
        version for version, _ in versions(nights, "churn_model")
    }
    for one in found["versions"]:
        assert 0.5 < one["metrics"][0]["value"] <= 1.0
