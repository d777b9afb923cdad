"""Runs of functions and blocks: begin, end, exceptions, parents, parameters, policy."""

import asyncio
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import catchment_emitters
from catchment_emitters import lineage
from catchment_emitters.core import emitter
from catchment_emitters.core.context import CONTEXT, environment_of
from catchment_emitters.core.emitter import Emitter
from catchment_emitters.core.events import Job, Parent
from catchment_emitters.core.ids import new_run_id
from catchment_emitters.core.policy import Policy
from catchment_emitters.core.settings import Settings
from tests.emitters.plain.conftest import Telling, Told

HERE = "tests.emitters.plain.test_runs"


def parameters(event: dict[str, Any]) -> dict[str, str]:
    facet = event["run"]["facets"].get("executionParameters", {"parameters": []})
    return {one["key"]: one["value"] for one in facet["parameters"]}


def names(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["eventType"], one["job"]["name"]) for one in events]


@lineage.job
def plain(a: int, *more: int, key: str = "k", depth: int = 3, **rest: int) -> int:
    """Adds."""
    return a + sum(more) + depth + len(key) + sum(rest.values())


def test_a_call_is_a_run(told: Told) -> None:
    assert plain(1, 2, depth=4, other=5) == 13
    start, complete = told.events()
    assert names([start, complete]) == [("START", f"{HERE}.plain"), ("COMPLETE", f"{HERE}.plain")]
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert start["eventTime"] < complete["eventTime"]
    assert start["job"]["namespace"] == "python"
    assert parameters(start) == parameters(complete) == {
        "a": "1", "more": "[2]", "key": "***", "depth": "4", "other": "5"
    }  # fmt: skip
    facets = complete["job"]["facets"]
    assert facets["documentation"]["description"] == "Adds."
    assert (facets["jobType"]["integration"], facets["jobType"]["jobType"]) == ("PYTHON", "JOB")
    location = facets["sourceCodeLocation"]
    assert location["type"] == "git"
    assert location["path"].startswith("tests/emitters/plain/test_runs.py#L")
    assert len(location["version"]) == 40
    engine = complete["run"]["facets"]["processing_engine"]
    assert (engine["name"], engine["version"]) == ("python", sys.version.split()[0].rstrip("+"))


def test_a_job_has_a_name_owners_and_tags(told: Told) -> None:
    @lineage.job("etl.daily", description="Every day.", owners=["team"], tags={"tier": "1"})
    def work() -> None:
        return None

    work()
    job = told.last()["job"]
    assert job["name"] == "etl.daily"
    assert job["facets"]["documentation"]["description"] == "Every day."
    assert job["facets"]["ownership"]["owners"] == [{"name": "team"}]
    assert job["facets"]["tags"]["tags"] == [{"key": "tier", "value": "1", "source": "PYTHON"}]


def test_methods_are_jobs_without_their_objects(told: Told) -> None:
    class Steps:
        @lineage.job
        def method(self, n: int) -> int:
            return n

        @lineage.job()
        @staticmethod
        def static(n: int) -> int:
            return n

        @lineage.job
        @classmethod
        def of_class(cls, n: int) -> int:
            return n

    assert (Steps().method(1), Steps.static(2), Steps.of_class(3)) == (1, 2, 3)
    assert [parameters(one) for one in told.events()[::2]] == [{"n": "1"}, {"n": "2"}, {"n": "3"}]
    steps = f"{HERE}.test_methods_are_jobs_without_their_objects.Steps"
    assert told.last()["job"]["name"] == f"{steps}.of_class"


class Refused(Exception):
    """What a job raises."""


def test_an_exception_passes_unchanged(told: Told) -> None:
    error = Refused("no")

    @lineage.job
    def fails() -> None:
        raise error

    with pytest.raises(Refused) as caught:
        fails()
    assert caught.value is error
    assert (error.__cause__, error.__context__) == (None, None)
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert frames == ["test_an_exception_passes_unchanged", "call", "fails"]
    assert told.kinds() == ["START", "FAIL"]
    facet = told.last()["run"]["facets"]["errorMessage"]
    assert (facet["message"], facet["programmingLanguage"]) == ("no", "python")
    assert "Refused: no" in facet["stackTrace"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (KeyboardInterrupt(), "ABORT"),
        (asyncio.CancelledError(), "ABORT"),
        (GeneratorExit(), "ABORT"),
        (SystemExit(), "COMPLETE"),
        (SystemExit(0), "COMPLETE"),
        (SystemExit(2), "FAIL"),
        (StopIteration(), "FAIL"),
        (RecursionError(), "FAIL"),
    ],
)
def test_how_a_run_ends(told: Told, error: BaseException, kind: str) -> None:
    with pytest.raises(type(error)), lineage.run("job"):
        raise error
    assert told.kinds() == ["START", kind]


def test_an_exception_that_cannot_be_shown_is_still_a_failure(told: Told) -> None:
    class Rude(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    with pytest.raises(Rude), lineage.run("job"):
        raise Rude
    assert told.last()["run"]["facets"]["errorMessage"]["message"] == "Rude"


def test_runs_within_runs(told: Told) -> None:
    with lineage.run("root") as root, lineage.run("middle") as middle:
        plain(1)
    inner = [one for one in told.events() if one["job"]["name"] == f"{HERE}.plain"]
    for event in inner:
        parent = event["run"]["facets"]["parent"]
        assert parent["run"]["runId"] == middle.run_id
        assert parent["job"] == {"namespace": "python", "name": "middle"}
        assert parent["root"]["run"]["runId"] == root.run_id
        assert event["job"]["facets"]["jobType"]["jobType"] == "TASK"
    assert "parent" not in told.last()["run"]["facets"]


def test_a_process_is_part_of_who_started_it(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = Parent(new_run_id(), Job("dbt", "run"), new_run_id(), Job("airflow", "dag"))
    monkeypatch.setenv(CONTEXT, environment_of(outer)[CONTEXT])
    with lineage.run("job") as run:
        own = lineage.environment()
        assert own == run.environment()
    parent = told.last()["run"]["facets"]["parent"]
    assert parent["run"]["runId"] == outer.run_id
    assert parent["root"]["run"]["runId"] == outer.root_run_id
    monkeypatch.setenv(CONTEXT, own[CONTEXT])
    with lineage.run("child"):
        pass
    parent = told.last()["run"]["facets"]["parent"]
    assert parent["run"]["runId"] == run.run_id
    assert parent["root"]["run"]["runId"] == outer.root_run_id
    assert lineage.environment() == {}


def test_a_run_in_hand_speaks_from_any_thread(told: Told) -> None:
    with lineage.run("threads") as run:
        threads = [
            threading.Thread(target=run.output, args=(f"/out/{n}",), kwargs={"rows": n})
            for n in range(20)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert len(told.last()["outputs"]) == 20


def test_a_fork_does_not_end_its_parents_run(told: Told) -> None:
    reading, writing = os.pipe()
    run = lineage.run("forks")
    run.__enter__()
    child = os.fork()
    if child == 0:
        before = len(told._bodies)
        run.__exit__(None, None, None)
        os.write(writing, str(len(told._bodies) - before).encode())
        os._exit(0)
    os.waitpid(child, 0)
    run.__exit__(None, None, None)
    assert os.read(reading, 10) == b"0"
    assert told.kinds() == ["START", "COMPLETE"]


def test_a_job_that_may_not_be_heard_of_leaves_its_parts_to_the_next(telling: Telling) -> None:
    told = telling(policy=Policy((("hidden", "emit", False),)))
    with lineage.run("root") as root, lineage.run("hidden"):
        lineage.input("/secret")
        lineage.evaluation({"a": 1})
        plain(1)
    assert [name for _, name in names(told.events())] == [
        "root", f"{HERE}.plain", f"{HERE}.plain", "root"
    ]  # fmt: skip
    assert told.events()[1]["run"]["facets"]["parent"]["run"]["runId"] == root.run_id
    assert told.last()["inputs"] == []
    with lineage.run("hidden"):
        assert lineage.environment() == {}


def test_policy_and_settings_say_what_is_shown(telling: Telling) -> None:
    rules = (("x", "parameters", False), ("x", "datasets", False), ("x", "source_code", False))
    told = telling(policy=Policy(rules), namespace="mine")

    @lineage.job("x", inputs=["/in"])
    def refuses(a: int) -> None:
        lineage.output("/out")
        lineage.model("/model", parameters={"b": a})
        raise Refused

    with pytest.raises(Refused):
        refuses(1)
    last = told.last()
    assert (last["inputs"], last["outputs"]) == ([], [])
    assert last["job"]["namespace"] == "mine"
    assert "sourceCodeLocation" not in last["job"]["facets"]
    assert "stackTrace" not in last["run"]["facets"]["errorMessage"]
    assert parameters(last) == {}
    told = telling(source_code="full")
    plain(1)
    assert "return a + sum(more)" in told.last()["job"]["facets"]["sourceCode"]["sourceCode"]


@lineage.job
def _numbered(n: int) -> Iterator[tuple[int, str]]:
    yield from ((i, str(i)) for i in range(n))


def test_what_is_disabled_does_nothing(caplog: pytest.LogCaptureFixture) -> None:
    emitter.use(Emitter(Settings(disabled=True), None))
    with lineage.run("job") as run:
        assert run.run_id is None
        run.output("/x")
        lineage.input("/x")
        lineage.model(None)  # type: ignore[arg-type]
        assert plain(1) == 5
        assert [number for number, _ in _numbered(2)] == [0, 1]
    assert lineage.environment() == {}
    assert caplog.records == []
    emitter.use(None)


def test_wrong_calls_fail_as_they_would(told: Told) -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        plain()  # type: ignore[call-arg]
    assert told.kinds() == ["START", "FAIL"]


def test_nothing_is_raised_into_a_pipeline(
    told: Told, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    say: Any = lineage
    say.job(3)(4)
    lineage.input("/outside")
    lineage.input("/outside, too")
    with lineage.run("job", inputs=[None]):  # type: ignore[list-item]
        for wrong in (None, 3, (), ("a",), (1, 2), object()):
            say.input(wrong)
            say.output(wrong)
            say.model(wrong)
            say.columns(wrong)
            say.evaluation(wrong)
    assert told.kinds() == ["START", "COMPLETE"]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == len(set(said)) == 8, said
    assert any("lineage.input was called outside of any run" in one for one in said)
    assert capsys.readouterr() == ("", "")


def test_the_package_is_cheap_to_import() -> None:
    program = "import sys, catchment_emitters; print(*sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(Path(catchment_emitters.__path__[0]).parent)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    assert {"typing", "json", "logging", "catchment_emitters.lineage"}.isdisjoint(
        done.stdout.split()
    )
    program = program.replace("catchment_emitters;", "catchment_emitters.lineage;")
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    heavy = {"openlineage", "requests", "yaml", "pandas", "sqlalchemy", "asyncio"}
    assert heavy.isdisjoint(one.partition(".")[0] for one in done.stdout.split())
    assert catchment_emitters.lineage is lineage
