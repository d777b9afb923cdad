"""Models: what counts as one, and what each of their versions was made by and from."""

from typing import Any

from tests.integration.http.test_versions import derived
from tests.integration.http.worlds import FACET, Json, asked, dataset, happened, run_id, versioned
from tests.property.service import Service

OTHER = {"namespace": "other", "name": "model"}


def model(name: str = "model", kind: str = "MODEL", **facets: Json) -> Json:
    return dataset(name, datasetType={"datasetType": kind}, **facets)


def answers(database_url: str, events: list[Json], *paths: str, **params: Any) -> list[Any]:
    async def ask(service: Service) -> Any:
        return [await service.get(path, **params) for path in paths]

    found: list[Any] = asked(database_url, events, ask)
    return found


def test_models_are_what_is_called_so_today(database_url: str) -> None:
    elsewhere = OTHER | {"facets": {"datasetType": FACET | {"datasetType": "MODEL"}}}
    events = [
        happened("COMPLETE", 1, "08:00:00", outputs=[model("b"), model("a", kind="TABLE")]),
        happened("COMPLETE", 2, "09:00:00", inputs=[model("was", kind="MODEL")]),
        happened("COMPLETE", 3, "10:00:00", outputs=[model("was", kind="TABLE"), elsewhere]),
        happened("COMPLETE", 4, "11:00:00", outputs=[model("a")]),
        happened("FAIL", 5, "12:00:00", outputs=[model("failed")]),
        {
            "eventTime": "2026-03-01T07:00:00Z",
            "producer": "https://example.org/tests",
            "dataset": model("declared"),
        },
    ]

    async def ask(service: Service) -> Any:
        whole = await service.get("/models")
        pages = [await service.get("/models", limit=2, offset=offset) for offset in (0, 2, 4)]
        assert [one for page in pages for one in page["models"]] == whole["models"]
        assert {page["totalCount"] for page in [*pages, whole]} == {5}
        other = await service.get("/models", namespace="other")
        return whole["models"], other

    shown, other = asked(database_url, events, ask)
    assert [(one["name"], one["latestVersion"]) for one in shown] == [
        ("a", derived(4, "a")),
        ("b", derived(1, "b")),
        ("declared", None),
        ("failed", None),
        ("model", shown[4]["latestVersion"]),
    ]
    assert shown[0]["updatedAt"] == "2026-03-01T11:00:00Z"
    assert (other["totalCount"], other["models"]) == (1, shown[4:])


def test_a_version_says_what_it_was_made_by_and_from(database_url: str) -> None:
    code = {"type": "git", "url": "https://h/r", "version": "abc", "path": "train.py"}
    job = {"namespace": "tests", "name": "train", "facets": {"sourceCodeLocation": FACET | code}}
    said = {
        "executionParameters": FACET | {"parameters": [{"key": "depth", "value": "4"}]},
        "catchment_evaluation": FACET | {"metrics": [{"name": "auc", "value": 0.5}]},
    }
    figures = {"metrics": [{"name": "auc", "value": 1}, {"name": "bad", "value": "x"}, {}]}
    wrote = versioned("model", "7") | {"outputFacets": {"catchment_model": FACET | figures}}
    wrote["facets"] |= model()["facets"]
    events = [
        happened("COMPLETE", 1, "08:00:00", "load", [], [dataset("d")]),
        happened("START", 2, "09:00:00", inputs=[dataset("d"), versioned("base", "v0")])
        | {"run": {"runId": run_id(2), "facets": said}, "job": job},
        happened("COMPLETE", 2, "09:30:00", outputs=[wrote]) | {"job": job},
        happened("FAIL", 3, "10:00:00", "train", [], [model()]),
    ]
    [shown, missing, none] = answers(
        database_url,
        events,
        "/models/db/model",
        "/models/db/d",
        "/models/db/nothing",
    )
    assert (missing, none) == (None, None)
    failed, made = shown["versions"]
    assert made == {
        "version": "7",
        "createdAt": "2026-03-01T09:30:00Z",
        "confirmed": True,
        "run": run_id(2),
        "job": {"namespace": "tests", "name": "train"},
        "code": {
            "repoUrl": "https://h/r",
            "commit": "abc",
            "path": "train.py",
            "line": None,
            "dirty": None,
        },
        "parameters": [{"key": "depth", "value": "4"}],
        "metrics": [{"name": "auc", "value": 0.5}, {"name": "auc", "value": 1}],
        "inputs": [
            {"namespace": "db", "name": "base", "version": "v0", "binding": "explicit"},
            {"namespace": "db", "name": "d", "version": derived(1), "binding": "inferred"},
        ],
    }
    assert (failed["version"], failed["confirmed"]) == (derived(3, "model"), False)
    assert (shown["totalCount"], shown["namespace"], shown["name"]) == (2, "db", "model")
    [page] = answers(database_url, events, "/models/db/model", limit=1, offset=1)
    assert page["versions"] == [made]
