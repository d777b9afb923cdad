"""The example pipeline, as a user runs it, and the questions that a real collector then answers."""

import hashlib
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.emitters.engines import ROOT, engine_python
from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import Collector, server

__all__ = ["server"]

PIPELINE = ROOT / "examples" / "plain_python" / "pipeline.py"
ARRIVE_SECONDS_MAX = 30
RUNS_OF_TRAINING, RUNS_OF_SCORING = 6, 5
STEPS = ("tumours", "extract", "features", "train", "score", "report")


@dataclass(frozen=True)
class Once:
    """What one run of the pipeline left: the version of each of its files, and its model's."""

    model: str
    versions: dict[str, str]


@dataclass(frozen=True)
class World:
    """First data trained and scored; second data trained and scored; then by the old model."""

    server: Collector
    home: Path
    first: Once
    second: Once
    old_model: Once

    def provenance(self, kind: str, namespace: str, name: str, **more: str) -> dict[str, Any]:
        asked = {"kind": kind, "namespace": namespace, "name": name, **more}
        answer = self.server.client.get("/api/v1/provenance", params=asked)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert isinstance(found, dict)
        return found


def sha256(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def run_pipeline(url: str, home: Path, *arguments: str) -> Once:
    python = engine_python("examples")
    done = subprocess.run(
        [python, PIPELINE, "--home", home, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ
        | {"PYTHONPATH": str(ROOT / "emitters")}
        | {"OPENLINEAGE_URL": url, "OPENLINEAGE_SPOOL_DIR": str(home / "spool")},
    )
    assert (done.returncode, done.stderr) == (0, "")
    names = ("raw.csv", "features.parquet", "scores.csv", "report.md")
    return Once(done.stdout.strip(), {name: sha256(home / name) for name in names})


@pytest.fixture(scope="module")
def world(server: Collector, tmp_path_factory: pytest.TempPathFactory) -> World:
    home = tmp_path_factory.mktemp("tumours")
    first = run_pipeline(server.url, home, "--data", "1")
    second = run_pipeline(server.url, home, "--data", "2")
    old_model = run_pipeline(server.url, home, "--data", "2", "--model", first.model)
    wait_for(server, 2 * (2 * RUNS_OF_TRAINING + RUNS_OF_SCORING))
    return World(server, home, first, second, old_model)


def wait_for(server: Collector, events: int) -> None:
    """Until so many events are there."""
    deadline = time.monotonic() + ARRIVE_SECONDS_MAX
    while (found := len(server.entries())) < events and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found == events


def commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def read_by(found: dict[str, Any], job: str) -> set[tuple[str, str, str]]:
    """(name, version, binding) of all that runs of this job read, in an answer."""
    nodes = {one["id"]: one for one in found["nodes"]}
    return {
        (Path(source["name"]).name, source["version"], edge["binding"])
        for edge in found["edges"]
        if (reader := nodes[edge["destination"]])["type"] == "RUN"
        if reader["data"]["job"]["name"] == f"tumours.{job}"
        for source in [nodes[edge["origin"]]["data"]]
    }


@pytest.mark.parametrize("which", ["first", "second"])
def test_which_training_run_produced_this_model(world: World, which: str) -> None:
    once: Once = getattr(world, which)
    found = world.provenance("dataset", "models", "tumours", version=once.model)
    runs = [one["data"] for one in found["nodes"] if one["type"] == "RUN"]
    # Bytes that two runs wrote alike are one version of both: the third run made the features of
    # the second again.
    writers = {"first": 1, "second": 2}[which]
    assert [one["job"]["name"] for one in runs] == [
        "tumours.train", *["tumours.features"] * writers, *["tumours.extract"] * writers
    ]  # fmt: skip
    for run in runs:
        assert (run["state"], run["code"]["commit"]) == ("COMPLETED", commit())
        assert run["code"]["path"] == "examples/plain_python/pipeline.py"
    given = {one["key"]: one["value"] for one in runs[0]["parameters"]}
    assert (given["strength"], given["C"], given["max_iter"]) == ("1.0", "1.0", "5000")
    assert read_by(found, "train") == {
        ("features.parquet", once.versions["features.parquet"], "explicit")
    }
    assert read_by(found, "features") == {("raw.csv", once.versions["raw.csv"], "explicit")}
    ((source, version, _),) = read_by(found, "extract")
    assert source == "breast_cancer"
    pins = (ROOT / "requirements" / "examples.txt").read_text()
    assert f"scikit-learn=={version} " in pins


def test_which_model_and_data_made_the_scores_of_the_old_model(world: World) -> None:
    assert world.first.model != world.second.model
    old = world.old_model
    assert old.versions["features.parquet"] == world.second.versions["features.parquet"]
    place = str(world.home / "scores.csv")
    found = world.provenance("dataset", "file", place, version=old.versions["scores.csv"])
    assert read_by(found, "score") == {
        ("tumours", world.first.model, "explicit"),
        ("features.parquet", world.second.versions["features.parquet"], "explicit"),
    }
    assert read_by(found, "train") == {
        ("features.parquet", world.first.versions["features.parquet"], "explicit")
    }
    found = world.provenance(
        "dataset", "models", "tumours", version=world.first.model, direction="downstream"
    )
    made = {one["data"]["version"] for one in found["nodes"] if one["type"] != "RUN"}
    assert {world.first.versions["report.md"], old.versions["report.md"]} <= made
    assert world.second.versions["report.md"] not in made


def test_models_and_their_figures(world: World) -> None:
    answer = world.server.client.get("/api/v1/models/models/tumours").json()
    versions = {one["version"]: one for one in answer["versions"]}
    assert set(versions) == {world.first.model, world.second.model}
    for one in versions.values():
        (metric,) = one["metrics"]
        assert metric["name"] == "auc"
        assert 0.9 < metric["value"] <= 1


def test_runs_are_parts_of_the_pipeline_and_columns_have_their_sources(world: World) -> None:
    runs = {
        run["id"]: (run, job["name"])
        for job in world.server.client.get("/api/v1/namespaces/python/jobs").json()["jobs"]
        for run in world.server.client.get(
            f"/api/v1/namespaces/python/jobs/{job['name']}/runs"
        ).json()["runs"]
    }
    assert {name.rpartition(".")[2] for _, name in runs.values()} == set(STEPS)
    for run, name in runs.values():
        parent = run["facets"].get("parent")
        if name == "tumours":
            assert parent is None
        else:
            assert runs[parent["run"]["runId"]][1] == "tumours"
    node = f"datasetField:file:{world.home / 'features.parquet'}:growth"
    columns = world.server.client.get("/api/v1/column-lineage", params={"nodeId": node}).json()
    told = {one["id"].rpartition(":")[2] for one in columns["graph"]}
    assert told == {"growth", "radius", "worst_radius"}


def test_the_command_draws_it(world: World) -> None:
    node = f"dataset:models:tumours#{world.first.model}"
    drawn = says(catchment("provenance", node, url=world.server.url), 0).splitlines()
    assert drawn[0] == f"model models  tumours  #{world.first.model}  comes from"
    assert "run python  tumours.train  COMPLETED" in drawn[1]
    assert f"examples/plain_python/pipeline.py@{commit()[:12]}" in drawn[1]
    assert f"features.parquet  #{world.first.versions['features.parquet']}  (explicit)" in drawn[2]
