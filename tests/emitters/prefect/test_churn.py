"""The example: which run trained this model, from which versions of which data, which code?"""

from pathlib import Path
from typing import Any

import pytest

from tests.emitters.arriving import arrived, drained, to_collector
from tests.emitters.prefect.conftest import Done, Scripts, facets
from tests.integration.http.conftest import Collector


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("churn")


@pytest.fixture(scope="module")
def runs(scripts: Scripts, home: Path, server: Collector) -> tuple[Done, Done, Done]:
    """Trained, trained again on newer data, and scored with the first model."""

    def churn(*arguments: str) -> Done:
        environment = to_collector(server, home / "spool")
        known = len(server.entries())
        done = scripts.churn(home, *arguments, CATCHMENT_TEST_EVENTS="", **environment)
        assert done.code == 0, done.stderr
        drained(environment)
        return Done(done.code, done.stdout, done.stderr, arrived(server, known - 1))

    first = churn("train", "1")
    return first, churn("train", "2"), churn("score", first.stdout.strip())


def provenance(server: Collector, place: Path, version: str) -> tuple[Any, Any]:
    """Nodes by id, and how each edge is bound."""
    answer = server.client.get(
        "/api/v1/provenance", params={"nodeId": f"dataset:file:{place}#{version}"}
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert not found["truncated"]
    edges = {(one["origin"], one["destination"]): one["binding"] for one in found["edges"]}
    return {node["id"]: node["data"] for node in found["nodes"]}, edges


def run_of(done: Done, job: str) -> str:
    return f"run:{done.one(job, 'START')['run']['runId']}"


def written_by(done: Done, job: str) -> str:
    """The only version that a job wrote, as a node."""
    (output,) = done.one(job, "COMPLETE")["outputs"]
    version = output["facets"]["version"]["datasetVersion"]
    return f"dataset:file:{output['name']}#{version}"


def test_which_run_made_this_model(
    runs: tuple[Done, Done, Done], home: Path, server: Collector
) -> None:
    first, again, _ = runs
    versions = [done.stdout.strip() for done in (first, again)]
    assert versions[0] != versions[1]
    # The first is asked for when the second is there, and nothing of that is in the answer.
    for done, version in zip((first, again), versions, strict=True):
        nodes, edges = provenance(server, home / "models" / "churn", version)
        features, raw = written_by(done, "churn.make_features"), written_by(done, "churn.extract")
        assert set(nodes) == {
            f"dataset:file:{home / 'models' / 'churn'}#{version}",
            run_of(done, "churn.train"),
            features,
            run_of(done, "churn.make_features"),
            raw,
            run_of(done, "churn.extract"),
        }
        trained = nodes[run_of(done, "churn.train")]
        assert trained["code"]["path"] == "examples/prefect_churn/pipeline.py"
        assert len(trained["code"]["commit"]) == 40
        assert {"key": "regularisation", "value": "1.0"} in trained["parameters"]
        assert edges[features, run_of(done, "churn.train")] == "explicit"
        assert edges[raw, run_of(done, "churn.make_features")] == "explicit"
        assert nodes[raw]["statistics"]["rowCount"] == 500
    assert written_by(first, "churn.extract") != written_by(again, "churn.extract")


def test_scores_of_an_older_model(
    runs: tuple[Done, Done, Done], home: Path, server: Collector
) -> None:
    first, again, old = runs
    scores = written_by(old, "churn-scores.score")
    nodes, _ = provenance(server, home / "scores.parquet", scores.rpartition("#")[2])
    # The model of the first data on features of the second.
    assert written_by(first, "churn.train") in nodes
    assert written_by(again, "churn.train") not in nodes
    assert written_by(again, "churn.make_features") in nodes
    assert written_by(first, "churn.make_features") in nodes  # of the model
    assert facets(old.one("churn-scores.score", "START"))["parent"]["job"]["name"] == "churn-scores"


def test_models(runs: tuple[Done, Done, Done], home: Path, server: Collector) -> None:
    del runs
    found = server.client.get("/api/v1/models").json()["models"]
    (model,) = [one for one in found if one["name"] == str(home / "models" / "churn")]
    assert model["latestVersion"].startswith("sha256:")
