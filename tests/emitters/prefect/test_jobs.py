"""What is said of tasks as jobs, however they are made."""

import json
from pathlib import Path

from tests.emitters.prefect.conftest import Scripts


def test_tasks_made_at_each_call(scripts: Scripts) -> None:
    done = scripts.run("made_inside.py")
    assert done.code == 0, done.stderr
    # A flow and two tasks; nothing that a task closed over is held.
    assert json.loads(done.stdout) == [3, True, 0]
    assert "not understood" not in done.stderr
    for event in done.of("makes.inside"):
        said = event["job"]["facets"]
        assert said["documentation"]["description"] == "Made inside."
        assert "made_inside.py#L" in said["sourceCodeLocation"]["url"]
    for event in done.of("makes.adds"):
        said = event["job"]["facets"]
        assert said["documentation"]["description"] == "Adds one."
        assert said["tags"]["tags"] == [{"key": "odd", "value": "true", "source": "PREFECT"}]


def test_functions_that_look_alike_in_two_files(scripts: Scripts, tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = "from prefect import task\n@task\ndef alike():\n    pass\n"
        (tmp_path / f"{name}.py").write_text(text)
    script = tmp_path / "both.py"
    script.write_text("import one, two\none.alike()\ntwo.alike()\n")
    done = scripts.run(script)
    assert done.code == 0, done.stderr
    paths = {event["job"]["facets"]["sourceCodeLocation"]["path"] for event in done.events}
    assert paths == {f"{tmp_path}/{name}.py#L2" for name in ("one", "two")}
