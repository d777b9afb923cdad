"""Flows and tasks of most kinds: what becomes an event, of whom, and as part of what."""

import pytest

from tests.emitters.prefect.conftest import Done, Event, Scripts, facets, parent

PRINTED = ["18", "[1, 2, 3]", "FAILED", "FAILED", "1", "[1, 2]", "2", "2"]


@pytest.fixture(scope="module")
def done(scripts: Scripts) -> Done:
    return scripts.run("kinds.py")


def test_prints_and_ends_as_without_us(done: Done, scripts: Scripts) -> None:
    without = scripts.run("kinds.py", OPENLINEAGE_DISABLED="true")
    assert without.bodies == []
    assert done.stdout.splitlines() == without.stdout.splitlines() == PRINTED
    assert done.code == without.code == 0
    assert "catchment" not in done.stderr


def test_every_run_begins_and_ends_once(done: Done) -> None:
    kinds: dict[str, list[str]] = {}
    for event in done.events:
        kinds.setdefault(event["run"]["runId"], []).append(event["eventType"])
    # Wrong arguments: that run never began.
    (wrong,) = done.of("typed")
    assert kinds.pop(wrong["run"]["runId"]) == ["FAIL"]
    assert len(kinds) == 41
    for of_run in kinds.values():
        assert of_run[0] == "START"
        assert of_run[-1] in ("COMPLETE", "FAIL")
        assert set(of_run[1:-1]) <= {"RUNNING"}


def test_times_of_a_run_ascend(done: Done) -> None:
    last: dict[str, str] = {}
    for event in done.events:
        run = event["run"]["runId"]
        assert last.get(run, "") < event["eventTime"]
        last[run] = event["eventTime"]


def of_main(done: Done, job: str) -> list[Event]:
    run = done.one("kinds", "START")["run"]["runId"]
    return [event for event in done.of(job, "START") if parent(event) == run]


def test_what_is_said_of_a_flow(done: Done) -> None:
    start = done.one("kinds", "START")
    said = facets(start)
    run = start["run"]["runId"]
    assert said["processing_engine"]["name"] == "prefect"
    assert said["processing_engine"]["version"].startswith("3.")
    assert {one["key"]: one["value"] for one in said["executionParameters"]["parameters"]} == {
        "n": "1",
        "password": "***",
    }
    assert "hunter2" not in b"".join(done.bodies).decode()
    assert said["nominalTime"]["nominalStartTime"] <= start["eventTime"]
    assert said["catchment_links"]["links"][0]["href"].endswith(f"/runs/flow-run/{run}")
    assert "parent" not in said
    job = start["job"]
    assert (job["namespace"], job["facets"]["jobType"]["jobType"]) == ("prefect", "FLOW")
    assert job["facets"]["documentation"]["description"] == "Most kinds."
    location = job["facets"]["sourceCodeLocation"]
    assert location["type"] == "git"
    assert location["path"].startswith("tests/emitters/prefect/flows/kinds.py#L")
    assert len(location["version"]) == 40
    assert "sourceCode" not in job["facets"]


def test_what_is_said_of_a_task(done: Done) -> None:
    start = of_main(done, "kinds.add")[0]
    job = start["job"]["facets"]
    assert job["jobType"]["jobType"] == "TASK"
    assert job["documentation"]["description"] == "One more."
    assert job["tags"]["tags"] == [{"key": "nightly", "value": "true", "source": "PREFECT"}]
    assert facets(start)["tags"]["tags"] == job["tags"]["tags"]
    assert {"key": "x", "value": "1"} in facets(start)["executionParameters"]["parameters"]


def test_link_artifacts(done: Done) -> None:
    links = facets(done.one("kinds", "COMPLETE"))["catchment_links"]["links"]
    assert {"rel": "board", "href": "https://boards.example.org/7"} in links


def test_what_a_task_waited_for(done: Done) -> None:
    found = {
        (event["job"]["name"], one["job"]["name"], one["dependency_type"])
        for event in done.events
        for one in facets(event).get("jobDependencies", {"upstream": []})["upstream"]
    }
    assert found == {
        ("kinds.add", "kinds.add", "WAIT_FOR"),
        ("kinds.add", "kinds.add", "DIRECT"),
        ("kinds.total", "kinds.pair", "DIRECT"),
    }


def test_retries(done: Done) -> None:
    events = done.of("kinds.shaky")
    assert [event["eventType"] for event in events] == ["START", "RUNNING", "COMPLETE"]
    assert [facets(event)["prefect_state"]["run_count"] for event in events] == [1, 2, 2]
    of_flow = done.of("second-time")
    assert [event["eventType"] for event in of_flow] == ["START", "RUNNING", "COMPLETE"]
    assert [facets(event)["prefect_state"]["run_count"] for event in of_flow] == [1, 2, 2]


def test_cached(done: Done) -> None:
    first, second = done.of("kinds.remembered", "COMPLETE")
    assert facets(first)["prefect_state"]["name"] == "Completed"
    state = facets(second)["prefect_state"]
    assert (state["name"], state["cached"]) == ("Cached", True)
    assert state["cache_key"]


def test_failures(done: Done) -> None:
    event = done.one("kinds.fails", "FAIL")
    error = facets(event)["errorMessage"]
    assert error["message"] == "ValueError: it was the colon: %s"
    assert 'raise ValueError("it was the colon: %s")' in error["stackTrace"]
    late = facets(done.one("kinds.slow", "FAIL"))
    assert late["prefect_state"]["name"] == "TimedOut"
    assert "exceeded timeout of 0.2 second(s)" in late["errorMessage"]["message"]
    said = facets(done.one("kinds.says_failed", "FAIL"))
    assert said["errorMessage"]["message"] == "I say so"
    assert "stackTrace" in facets(done.one("broken", "FAIL"))["errorMessage"]
    wrong = facets(done.one("typed", "FAIL"))
    assert "unable to parse string as an integer" in wrong["errorMessage"]["message"]
    assert wrong["processing_engine"]["name"] == "prefect"


def test_who_is_part_of_whom(done: Done) -> None:
    job_of = {event["run"]["runId"]: event["job"]["name"] for event in done.events}
    root = done.one("kinds", "START")["run"]["runId"]
    pairs = set()
    for event in done.events:
        above = facets(event).get("parent")
        if above and above["root"]["run"]["runId"] == root:
            pairs.add((job_of[above["run"]["runId"]], event["job"]["name"]))
    assert pairs >= {
        ("kinds", "kinds.outer_task"),
        ("kinds.outer_task", "kinds.add"),  # a task inside of a task
        ("kinds", "inner"),
        ("inner", "innermost"),
        ("innermost", "innermost.add"),
        ("kinds.calls_flow", "inner"),  # a flow inside of a task
        ("kinds.items", "kinds.add"),  # while the generator goes on
    }
    assert len(done.of("many.add_async", "COMPLETE")) == 3
    assert {parent(one) for one in done.of("many.add_async")} == {
        done.one("many", "START")["run"]["runId"]
    }


def test_tasks_outside_of_flows(done: Done) -> None:
    (alone,) = [one for one in done.of("add", "START") if parent(one) is None]
    assert alone["job"]["name"] == "add"
    outer = done.one("outer_task", "START")
    (inside,) = [one for one in done.of("add", "START") if parent(one) is not None]
    assert parent(inside) == outer["run"]["runId"]
