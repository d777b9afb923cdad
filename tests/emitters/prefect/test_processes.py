"""More processes than one: pools, deployments, parents outside of Prefect, and kills."""

import json
import signal

import pytest

from tests.emitters.prefect.conftest import Scripts, facets, parent


def test_a_pool_of_processes(scripts: Scripts) -> None:
    # `install()` alone: the children learn of it by the environment.
    done = scripts.run("pool.py", plugin=False)
    assert (done.code, done.stdout) == (0, "14\n")
    pool = done.one("pool", "START")
    assert len(done.of("pool.square", "START")) == len(done.of("pool.square", "COMPLETE")) == 3
    above = [facets(event)["parent"] for event in done.of("pool.square")]
    assert {one["run"]["runId"] for one in above} == {pool["run"]["runId"]}
    # A child does not know what the flow is part of, and does not make it up.
    assert not any("root" in one for one in above)
    assert facets(pool)["parent"]["root"]["job"]["name"] == "around"


def test_a_deployment_called_from_another_process(scripts: Scripts) -> None:
    serving = scripts.start("served.py", "serve")
    try:
        scripts.wait_for_deployment("by-name")
        calling = scripts.run("served.py", "call")
    finally:
        serving.process.send_signal(signal.SIGTERM)
        done = serving.end()
    assert (calling.code, calling.stdout) == (0, "Completed\n")
    caller = calling.one("caller", "START")["run"]["runId"]
    start, *later = done.of("remote")
    deployment = facets(start)["prefect_deployment"]
    assert deployment["version"] == "v3"
    assert {"key": "served", "value": "true", "source": "PREFECT"} in facets(start)["tags"]["tags"]
    # What the API alone knows comes later in the run, which is all the same to a collector.
    told = [event for event in later if parent(event)]
    assert {parent(event) for event in told} == {caller}
    found = [facets(event).get("prefect_deployment") for event in told]
    # Asked once, though the flow began twice.
    (named,) = [one for one in found if one]
    assert named["id"] == deployment["id"]
    assert named["name"] == "by-name"
    assert named["entrypoint"].endswith("served.py:remote")
    assert "0 3 1 1 *" in named["schedule"][0]
    assert done.one("remote.twice", "COMPLETE")
    assert done.one("remote", "COMPLETE")
    assert later[-1]["eventType"] in ("COMPLETE", "RUNNING")


def test_a_parent_outside_of_prefect(scripts: Scripts) -> None:
    above = "0198c2a1-0000-7000-8000-000000000001"
    context = {
        "run": {"runId": above},
        "job": {"namespace": "airflow", "name": "nightly.run_prefect"},
    }
    done = scripts.run(
        "ways_in.py", "among_patchers", OPENLINEAGE_CONTEXT=json.dumps({"parent": context})
    )
    assert parent(done.one("patched", "START")) == above
    of_task = facets(done.one("patched.one", "START"))["parent"]
    assert of_task["job"]["name"] == "patched"
    assert of_task["root"]["job"]["name"] == "nightly.run_prefect"


@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGKILL])
def test_killed_in_the_middle_of_a_task(scripts: Scripts, kill: signal.Signals) -> None:
    running = scripts.start("killed.py")
    running.wait_for(2)
    done = running.end(kill)
    # Python has no handler of ours: the process dies as it would without us.
    assert done.code == -kill
    assert done.stdout == ""
    found = [(event["job"]["name"], event["eventType"]) for event in done.events]
    starts = [("killed", "START"), ("killed.waits", "START")]
    ends = [("killed.waits", "FAIL"), ("killed", "FAIL")]
    assert found == (starts + ends if kill == signal.SIGTERM else starts)
    for event in done.events[2:]:
        assert facets(event)["prefect_state"]["name"] == "Crashed"
