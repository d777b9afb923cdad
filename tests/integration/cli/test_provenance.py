"""`catchment provenance` and `catchment models` draw what the API answers."""

import json

from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import StartCollector, event
from tests.integration.http.contract_world import FACET

RAW = {"namespace": "db", "name": "[b]raw[/b]\x1b[2J"}
TABLE = {"namespace": "db", "name": "table"}
MODEL = {
    "namespace": "models",
    "name": "churn",
    "facets": {
        "datasetType": FACET | {"datasetType": "MODEL"},
        "version": FACET | {"datasetVersion": "1"},
    },
}
NODE = "dataset:models:churn"
LOAD, TRAIN = (f"0190a000-0000-7000-8000-00000000000{n}" for n in (1, 2))


def fill(start: StartCollector) -> str:
    server = start()
    code = {"type": "git", "url": "https://h/r", "version": "0123456789abcdef", "path": "t.py"}
    metrics = FACET | {"metrics": [{"name": "auc", "value": 0.9}]}
    parameters = FACET | {"parameters": [{"key": "depth", "value": 4}]}
    run = {"catchment_evaluation": metrics, "executionParameters": parameters}
    train = {"namespace": "ml", "name": "train", "facets": {"sourceCodeLocation": FACET | code}}
    server.post(
        event(
            eventTime="2026-03-01T08:00:00Z",
            run={"runId": LOAD},
            job={"namespace": "etl", "name": "load"},
            inputs=[RAW],
            outputs=[TABLE],
        )
    )
    server.post(
        event(
            eventTime="2026-03-01T09:00:00Z",
            run={"runId": TRAIN, "facets": run},
            job=train,
            inputs=[TABLE],
            outputs=[MODEL],
        )
    )
    return server.url


def test_a_tree_of_what_made_a_model(start: StartCollector) -> None:
    url = fill(start)
    drawn = says(catchment("provenance", NODE, url=url), 0).splitlines()
    assert drawn[0] == "model models  churn  #1  comes from"
    assert drawn[1] == "└── run ml  train  COMPLETED 2026-03-01T09:00:00Z  t.py@0123456789ab"
    assert drawn[2].startswith("    └── dataset db  table  #")
    assert drawn[2].endswith("  (inferred)")
    assert drawn[3] == "        └── run etl  load  COMPLETED 2026-03-01T08:00:00Z"
    assert drawn[4] == "            └── dataset db  [b]raw[/b]\\x1b[2J  (unconfirmed)"
    down = says(catchment("provenance", f"run:{LOAD}", "--direction", "downstream", url=url), 0)
    assert down.splitlines()[0] == "run etl  load  COMPLETED 2026-03-01T08:00:00Z  goes into"
    assert "run ml  train" in down
    found = json.loads(says(catchment("provenance", f"{NODE}#1", "--json", url=url), 0))
    assert found["nodes"][0]["id"] == f"{NODE}#1"
    near = says(catchment("provenance", NODE, "--depth", "0", url=url), 0)
    assert "nothing that is known" in near


def test_models_and_their_versions(start: StartCollector) -> None:
    url = fill(start)
    assert says(catchment("models", url=url), 0) == "models  churn  1\n"
    drawn = says(catchment("models", "models", "churn", url=url), 0).splitlines()
    assert drawn[:5] == [
        "model models  churn",
        "└── #1  2026-03-01T09:00:00Z",
        f"    ├── run ml  train  {TRAIN}  t.py@0123456789ab",
        "    ├── parameters: depth=4",
        "    ├── metrics: auc=0.9",
    ]
    assert drawn[5].startswith("    └── dataset db  table  #")
    assert json.loads(says(catchment("models", "--json", url=url), 0))["totalCount"] == 1
    assert "datasetType is MODEL" in says(catchment("models", "db", url=url), 0)
    assert "no model" in says(catchment("models", "db", "table", url=url), 1)


def test_what_is_unknown_or_unreadable_is_said(start: StartCollector) -> None:
    url = fill(start)
    assert "was ever seen" in says(catchment("provenance", f"{NODE}#9", url=url), 1)
    assert "job:x:y" not in says(catchment("provenance", "job:x:y", url=url), 1)
    wrong = says(catchment("provenance", NODE, "--direction", "both", url=url), 2)
    assert "upstream, downstream" in wrong
    when = says(catchment("provenance", NODE, "--as-of", "soon", url=url), 1)
    assert when.startswith("--as-of")


def test_what_was_known_at_an_entry_of_the_log(start: StartCollector) -> None:
    url = fill(start)
    asked = ("provenance", f"run:{LOAD}", "--direction", "downstream")
    assert "train" in says(catchment(*asked, "--known-at", "1", url=url), 0)
    assert "train" not in says(catchment(*asked, "--known-at", "0", url=url), 0)
    unknown = catchment("provenance", NODE, "--known-at", "0", url=url)
    assert unknown.returncode == 1
    assert b"was ever seen" in unknown.stderr
