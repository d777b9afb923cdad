"""What runs say of datasets and models: names, columns, rows, and versions of files."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from catchment_emitters import lineage
from catchment_emitters.core import active
from catchment_emitters.core.active import ActiveRun
from catchment_emitters.core.events import Dataset, Job
from catchment_emitters.core.ids import new_run_id
from catchment_emitters.plain import digest as digests
from tests.emitters.engines import ROOT, engine_python
from tests.emitters.plain.conftest import Told


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def version(dataset: dict[str, Any]) -> str | None:
    facet = dataset["facets"].get("version")
    return None if facet is None else str(facet["datasetVersion"])


def only(event: dict[str, Any], side: str) -> dict[str, Any]:
    (one,) = event[side]
    assert isinstance(one, dict)
    return one


def test_inputs_known_at_the_start_are_sent_there_and_all_again_at_the_end(
    told: Told, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(b"1")

    @lineage.job(inputs=lambda path: [path, ("db", "t")], outputs=[("db", "out")])
    def reads(path: Path) -> None:
        lineage.input("s3a://bucket/key", columns={"a": "int"}, rows=3, version=7, type="FILE")
        path.write_bytes(b"2")

    reads(file)
    start, end = told.events()
    assert [one["name"] for one in start["inputs"]] == [str(file), "t"]
    assert start["outputs"] == []
    assert [(one["namespace"], one["name"]) for one in end["inputs"]] == [
        ("file", str(file)), ("db", "t"), ("s3://bucket", "key")
    ]  # fmt: skip
    # What it read was there before it wrote.
    assert [version(one) for one in end["inputs"]] == [sha256(b"1"), None, "7"]
    last = end["inputs"][2]
    assert last["facets"]["schema"]["fields"] == [{"name": "a", "type": "int"}]
    assert last["facets"]["datasetType"]["datasetType"] == "FILE"
    assert last["inputFacets"]["inputStatistics"]["rowCount"] == 3
    assert only(end, "outputs")["name"] == "out"


def test_an_input_is_digested_when_first_named_and_an_output_when_the_run_ends(
    told: Told, tmp_path: Path
) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(b"old")
    with lineage.run("updates"):
        lineage.output(file)
        lineage.input(file)
        file.write_bytes(b"new")
        lineage.input(file, rows=1)
    last = told.last()
    assert version(only(last, "inputs")) == sha256(b"old")
    assert version(only(last, "outputs")) == sha256(b"new")
    assert only(last, "inputs")["inputFacets"]["inputStatistics"]["rowCount"] == 1
    with lineage.run("says"):
        lineage.output(file, version="mine")
        lineage.input(file, version="yours")
        lineage.output(tmp_path / "missing")
    last = told.last()
    assert version(only(last, "inputs")) == "yours"
    assert [version(one) for one in last["outputs"]] == ["mine", None]


def test_a_failed_run_made_no_version_of_what_it_never_touched(told: Told, tmp_path: Path) -> None:
    untouched, written = tmp_path / "untouched", tmp_path / "written"
    for file in (untouched, written):
        file.write_bytes(b"old")
        os.utime(file, (time.time() - 60,) * 2)

    @lineage.job(outputs=[untouched, written])
    def fails() -> None:
        written.write_bytes(b"half")
        raise ValueError

    with pytest.raises(ValueError):
        fails()
    assert [version(one) for one in told.last()["outputs"]] == [None, sha256(b"half")]
    with lineage.run("completes", outputs=[untouched]):
        pass
    assert version(only(told.last(), "outputs")) == sha256(b"old")


def test_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    assert lineage.digest(file) == lineage.digest(str(file)) == sha256(b"abc")
    found = file.stat()
    assert lineage.digest(file, bytes_max=2) == f"mtime:{found.st_mtime_ns},size:3"
    assert lineage.digest(tmp_path) is lineage.digest(tmp_path / "missing") is None
    os.mkfifo(tmp_path / "pipe")
    assert lineage.digest(tmp_path / "pipe") is None
    # Neither size nor a time that was set back make it the same content.
    for n in range(200):
        file.write_bytes(b"%03d" % n)
        os.utime(file, (1_000_000_000, 1_000_000_000))
        assert lineage.digest(file) == sha256(b"%03d" % n)
    # What has long been the same is not read again.
    monkeypatch.setattr(digests, "_SETTLED_SECONDS", -1.0)
    assert lineage.digest(file) == sha256(b"199")
    monkeypatch.setattr(hashlib, "file_digest", None)
    assert lineage.digest(file) == sha256(b"199")


def test_column_lineage(told: Told) -> None:
    with lineage.run("sums"):
        lineage.output(
            "/total.csv",
            columns=["total", ("n", "int"), {"name": "day", "type": "date"}],
            column_lineage={
                "total": [("/orders.csv", "amt"), (("db", "rates"), "rate")],
                "n": ("/orders.csv", "id"),
            },
        )
    facet = only(told.last(), "outputs")["facets"]["columnLineage"]["fields"]
    assert {
        column: [(one["namespace"], one["name"], one["field"]) for one in said["inputFields"]]
        for column, said in facet.items()
    } == {
        "total": [("file", "/orders.csv", "amt"), ("db", "rates", "rate")],
        "n": [("file", "/orders.csv", "id")],
    }
    with lineage.run("says later", outputs=["/a.csv"]):
        lineage.columns({"x": [("/b.csv", "y")]})
        lineage.output("/c.csv")
        lineage.columns({"z": [("/b.csv", "y")]}, of="/c.csv")
    found = [list(one["facets"]["columnLineage"]["fields"]) for one in told.last()["outputs"]]
    assert found == [["x"], ["z"]]


def test_a_model(told: Told, tmp_path: Path) -> None:
    class Forest:
        def get_params(self) -> dict[str, Any]:
            return {"depth": 3, "criterion": "gini", "api_token": "t"}

    file = tmp_path / "model.pkl"
    with lineage.run("train", parameters={"seed": 1, "depth": 2}):
        lineage.model(file, Forest(), metrics={"auc": 0.9, "loss": float("nan"), "n": "x"})
        file.write_bytes(b"weights")
        lineage.evaluation({"accuracy": 1})
        lineage.evaluation({"recall": 0.5})
    last = told.last()
    model = only(last, "outputs")
    assert version(model) == sha256(b"weights")
    assert model["facets"]["datasetType"]["datasetType"] == "MODEL"
    assert model["facets"]["datasetType"]["subType"] == "tests"
    assert model["outputFacets"]["catchment_model"]["metrics"] == [{"name": "auc", "value": 0.9}]
    facets = last["run"]["facets"]
    assert facets["catchment_evaluation"]["metrics"] == [
        {"name": "accuracy", "value": 1.0}, {"name": "recall", "value": 0.5}
    ]  # fmt: skip
    said = {one["key"]: one["value"] for one in facets["executionParameters"]["parameters"]}
    assert said == {"seed": "1", "depth": "3", "criterion": "gini", "api_token": "***"}


# Run where these libraries are: prints what an event says of each.
LIBRARIES = """
import json, sys
import duckdb, pandas, polars, pyarrow, sqlalchemy
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from catchment_emitters import lineage
from catchment_emitters.core import emitter
from catchment_emitters.core.emitter import Emitter
from catchment_emitters.core.settings import Settings

class Out:
    def append(self, body): print(body.decode())
    def flush(self, timeout_seconds): return True

emitter.use(Emitter(Settings(), Out()))
frame = pandas.DataFrame({"id": [1, 2], "day": ["a", "b"]})
column = sqlalchemy.Column("id", sqlalchemy.Integer)
table = sqlalchemy.Table("orders", sqlalchemy.MetaData(), column)
engine = sqlalchemy.create_engine("sqlite:////data/shop.db")
with lineage.run("frames"):
    lineage.output("/pandas", frame)
    lineage.output("/polars", polars.DataFrame({"id": [1, 2], "day": ["a", "b"]}))
    lineage.output("/lazy", polars.LazyFrame({"id": [1, 2]}))
    lineage.output("/arrow", pyarrow.table({"id": [1, 2]}))
    lineage.output("/duckdb", duckdb.sql("select 1 as id"))
    lineage.output("/none", object())
    lineage.output((engine, table))
    lineage.output((engine, "returns"))
    lineage.model("/model", RandomForestClassifier(max_depth=3))
    lineage.model("/pipeline", make_pipeline(RandomForestClassifier()))
"""


def test_frames_tables_and_models_of_real_libraries() -> None:
    done = subprocess.run(
        [engine_python("examples"), "-c", LIBRARIES],
        capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "emitters")},
    )  # fmt: skip
    assert done.stderr == ""
    last = json.loads(done.stdout.splitlines()[-1])
    found = {
        one["name"]: (
            [(c["name"], c["type"]) for c in one["facets"].get("schema", {"fields": []})["fields"]],
            one.get("outputFacets", {}).get("outputStatistics", {}).get("rowCount"),
        )
        for one in last["outputs"]
    }
    assert found == {
        "/pandas": ([("id", "int64"), ("day", "str")], 2),
        "/polars": ([("id", "Int64"), ("day", "String")], 2),
        "/lazy": ([("id", "Int64")], None),
        "/arrow": ([("id", "int64")], 2),
        "/duckdb": ([("id", "INTEGER")], None),
        "/none": ([], None),
        "/data/shop.db.orders": ([("id", "INTEGER")], None),
        "/data/shop.db.returns": ([], None),
        "/model": ([], None),
        "/pipeline": ([], None),
    }
    kinds = [one["facets"].get("datasetType", {}).get("subType") for one in last["outputs"]]
    assert kinds[-2:] == ["sklearn", "sklearn"]
    said = last["run"]["facets"]["executionParameters"]["parameters"]
    assert {"key": "max_depth", "value": "3"} in said


def test_a_frame_is_no_place(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    class Table:
        columns = ()

    with lineage.run("job"):
        lineage.output(Table())  # type: ignore[arg-type]
    assert told.last()["outputs"] == []
    assert "give (engine, table), or a path" in caplog.text
    assert "pandas" not in sys.modules


def test_it_speaks_of_the_run_of_an_orchestrator(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = ActiveRun(new_run_id(), Job("prefect", "flow.task"))
    monkeypatch.setattr(active, "_providers", [])
    active.provide(lambda: task)
    file = tmp_path / "out"
    file.write_bytes(b"old")
    lineage.input(("db", "t"), version=1)
    lineage.output(file)
    lineage.model(("models", "m"), parameters={"depth": 3}, version=2)
    file.write_bytes(b"new")
    assert [one.key for one in task.inputs()] == [("db", "t")]
    found = [one.facets["version"]["datasetVersion"] for one in task.outputs()]
    assert found == [sha256(b"new"), "2"]
    (parameter,) = task.run_facets["executionParameters"]["parameters"]
    assert parameter == {"key": "depth", "value": "3"}
    with lineage.run("part"):
        pass
    assert told.last()["run"]["facets"]["parent"]["run"]["runId"] == task.run_id


def test_a_version_that_cannot_be_told_costs_no_dataset() -> None:
    def broken(completed: bool) -> None:
        raise OSError(completed)

    run = ActiveRun(new_run_id(), Job("a", "b"))
    run.write(Dataset("db", "t"), broken)
    assert run.outputs() == [Dataset("db", "t")]


def test_a_namespace_that_is_written_out_tells_no_password(told: Told) -> None:
    @lineage.job
    def work() -> None:
        lineage.input(("postgresql://u:pw@h:5432/db", "t"))
        lineage.input(("jdbc:postgresql://h/db?user=u&password=pw", "t"))
        lineage.input(("abfss://c@acc.dfs.core.windows.net", "t"))

    work()
    assert [one["namespace"] for one in told.last()["inputs"]] == [
        "postgresql://h:5432/db",
        "jdbc:postgresql://h/db?user=u&password=***",
        "abfss://c@acc.dfs.core.windows.net",
    ]
