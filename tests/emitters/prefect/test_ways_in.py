"""How the tap is installed, survives others, and is left out."""

import json
from typing import Any

import pytest

from tests.emitters.prefect.conftest import Done, Scripts, facets


def printed(done: Done) -> Any:
    """What a script printed: one line of JSON, and nothing else."""
    assert done.code == 0, done.stderr
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def kinds(done: Done) -> list[tuple[str, str]]:
    return [(event["job"]["name"], event["eventType"]) for event in done.events]


def test_inside_a_running_loop_with_hostile_objects(scripts: Scripts) -> None:
    done = scripts.run("ways_in.py", "in_a_loop")
    # Prefect itself says that its plugins cannot be loaded there.
    assert "Already running asyncio" in done.stderr
    assert printed(done) == [True, True, 1_000_000]
    assert kinds(done) == [
        ("inside", "START"),
        ("inside.takes", "START"),
        ("inside.takes", "COMPLETE"),
        ("inside", "COMPLETE"),
    ]
    parameters = facets(done.one("inside.takes", "START"))["executionParameters"]["parameters"]
    shown = {one["key"]: one["value"] for one in parameters}
    assert shown == {
        "thing": "<__main__.in_a_loop.<locals>.main.<locals>.Odd>",
        "password": "***",
        "nested": "{'api_key': ***, 'b': 'c'}",
        "big": "x" * 256,
    }
    assert b"hunter2" not in b"".join(done.bodies)


def test_among_other_patchers_and_installed_twice(scripts: Scripts) -> None:
    done = scripts.run("ways_in.py", "among_patchers")
    assert printed(done) == [1, ["after", "before", "later"]]
    assert kinds(done) == [
        ("patched", "START"),
        ("patched.one", "START"),
        ("patched.one", "COMPLETE"),
        ("patched", "COMPLETE"),
    ]


def test_engines_of_another_shape_are_heard_of_by_hooks(scripts: Scripts) -> None:
    done = scripts.run("ways_in.py", "by_hooks", plugin=False)
    assert printed(done) == [True, True, 2]
    assert done.stderr.count("engines are not as expected") == 2
    assert kinds(done) == [
        ("hooked", "START"),
        ("hooked.fails", "START"),
        ("hooked.fails", "FAIL"),
        ("hooked.one", "START"),
        ("hooked.one", "COMPLETE"),
        ("hooked", "COMPLETE"),
    ]
    flow_run = done.one("hooked", "START")["run"]["runId"]
    assert facets(done.one("hooked.one", "START"))["parent"]["run"]["runId"] == flow_run


def test_without_hooks_either_nothing_is_heard_and_nothing_breaks(scripts: Scripts) -> None:
    done = scripts.run("ways_in.py", "nowhere", plugin=False)
    assert printed(done) == [False, 1]
    assert done.stderr.count("no lineage from Prefect's") == 2
    assert done.events == []


@pytest.mark.parametrize(
    ("variables", "warned"),
    [({"OPENLINEAGE_DISABLED": "true"}, 0), ({"OPENLINEAGE_URL": ""}, 1)],
    ids=["disabled", "no collector"],
)
def test_off(scripts: Scripts, variables: dict[str, str], warned: int) -> None:
    # Without the test's way out: this is the product alone.
    done = scripts.run("ways_in.py", "off", CATCHMENT_TEST_EVENTS="", **variables)
    assert printed(done) == [False, False, 1]
    assert done.stderr.count("OPENLINEAGE_URL is not set") == warned
    assert ("no lineage" in done.stderr) == bool(warned)


def test_policy(scripts: Scripts, tmp_path: Any) -> None:
    file = tmp_path / "openlineage.yml"
    file.write_text(
        "catchment:\n  namespace: shop\n  source_code: full\n  policy:\n"
        "    - {jobs: patched.one, emit: false}\n"
        "    - {jobs: inside.*, parameters: false, source_code: false}\n"
    )
    patched = scripts.run("ways_in.py", "among_patchers", OPENLINEAGE_CONFIG=str(file))
    assert kinds(patched) == [("patched", "START"), ("patched", "COMPLETE")]
    assert patched.events[0]["job"]["namespace"] == "shop"
    assert "def patched" in patched.events[0]["job"]["facets"]["sourceCode"]["sourceCode"]
    inside = scripts.run("ways_in.py", "in_a_loop", OPENLINEAGE_CONFIG=str(file))
    start = inside.one("inside.takes", "START")
    assert "executionParameters" not in facets(start)
    assert not {"sourceCode", "sourceCodeLocation"} & set(start["job"]["facets"])
