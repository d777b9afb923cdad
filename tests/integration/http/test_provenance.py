"""Which run made it, from which code and which data; whatever order the events came in."""

from typing import Any

import pytest

from tests.integration.http.test_versions import derived
from tests.integration.http.worlds import (
    FACET,
    Json,
    asked,
    dataset,
    happened,
    run_id,
    versioned,
)
from tests.property.service import Service

PATH = "/provenance"
D = [dataset("d")]
MODEL = dataset("model", datasetType={"datasetType": "MODEL"})


def node(name: str, version: str | None = None) -> str:
    return f"dataset:db:{name}" + (f"#{version}" if version else "")


def told(database_url: str, events: list[Json], *questions: Json) -> list[Any]:
    """The answers to some questions; `node` stands for the node id."""

    async def ask(service: Service) -> Any:
        return [
            await service.get(PATH, **{"nodeId" if k == "node" else k: v for k, v in one.items()})
            for one in questions
        ]

    found: list[Any] = asked(database_url, events, ask)
    return found


def runs(answer: Json) -> list[int]:
    """The numbers of the runs of an answer, sorted."""
    return sorted(int(one["id"][-12:]) for one in answer["nodes"] if one["type"] == "RUN")


def versions(answer: Json) -> list[str]:
    return [one["id"] for one in answer["nodes"] if one["type"] == "DATASET_VERSION"]


def data(answer: Json, node_id: str) -> Json:
    [found] = [one["data"] for one in answer["nodes"] if one["id"] == node_id]
    return dict(found)


def reads(answer: Json) -> list[tuple[str, int, str]]:
    """(version, reading run, binding)."""
    return [
        (one["origin"], int(one["destination"][-12:]), one["binding"])
        for one in answer["edges"]
        if one["binding"]
    ]


def training() -> list[Json]:
    """Two versions of the data, a model of each; the old model scores after the new was trained."""
    model = [versioned("model", "1"), versioned("model", "2")]
    return [
        happened("COMPLETE", 1, "08:00:00", "load", [dataset("raw")], D),
        happened("START", 2, "09:00:00", "train", D),
        happened("COMPLETE", 2, "09:30:00", "train", [], model[:1]),
        happened("COMPLETE", 3, "10:00:00", "load", [dataset("raw")], D),
        happened("START", 4, "11:00:00", "train", D),
        happened("COMPLETE", 4, "11:30:00", "train", [], model[1:]),
        happened("START", 5, "12:00:00", "score", model[:1]),
        happened("COMPLETE", 5, "12:30:00", "score", D, [dataset("scores")]),
    ]


def test_a_model_has_the_data_that_it_was_trained_on(database_url: str) -> None:
    old, new, latest, scores, downstream, by_parts = told(
        database_url,
        training(),
        {"node": node("model", "1")},
        {"node": node("model", "2")},
        {"node": node("model")},
        {"node": node("scores")},
        {"node": node("model", "1"), "direction": "downstream"},
        {"kind": "dataset", "namespace": "db", "name": "model", "version": "2"},
    )
    assert (runs(old), runs(new)) == ([1, 2], [3, 4])
    assert reads(old) == [
        (node("d", derived(1)), 2, "inferred"),
        (node("raw"), 1, "unconfirmed"),
    ]
    assert latest == new == by_parts
    # It scored with the old model, and with the data of today.
    assert runs(scores) == [1, 2, 3, 5]
    assert (node("model", "1"), 5, "explicit") in reads(scores)
    assert (node("d", derived(3)), 5, "inferred") in reads(scores)
    assert versions(downstream) == [node("model", "1"), node("scores", derived(5, "scores"))]
    assert runs(downstream) == [5]
    assert data(old, node("raw"))["version"] is None
    assert not data(old, node("raw"))["confirmed"]


def test_asked_from_a_run(database_url: str) -> None:
    up, none, down = told(
        database_url,
        training(),
        {"node": f"run:{run_id(5)}"},
        {"kind": "run", "name": run_id(5), "depth": 0},
        {"node": f"run:{run_id(1)}", "direction": "downstream"},
    )
    assert runs(up) == [1, 2, 3, 5]
    assert (runs(none), sorted(versions(none))) == (
        [5],
        [node("d", derived(3)), node("model", "1")],
    )
    # Downstream of the first load: the first model and what it scored, not the second.
    assert runs(down) == [1, 2, 5]


def test_code_parameters_and_what_a_version_was(database_url: str) -> None:
    located = {"type": "git", "url": "https://h/r/train.py#L12", "repoUrl": "https://h/r.git"}
    located |= {"version": "abc", "path": "train.py"}
    job = {"namespace": "tests", "name": "train", "facets": {"sourceCodeLocation": FACET | located}}
    given = [{"key": "depth", "value": 4}, {"key": "password", "value": "hunter2"}]
    parent = {"run": {"runId": run_id(9)}, "job": {"namespace": "tests", "name": "dag"}}
    facets = {
        "executionParameters": FACET | {"parameters": given},
        "git": FACET | {"dirty": True},
        "parent": FACET | parent,
    }
    schema = {"fields": [{"name": "x", "type": "int"}]}
    read = dataset("d") | {"inputFacets": {"inputStatistics": FACET | {"rowCount": 7, "size": "?"}}}
    wrote = MODEL | {"outputFacets": {"outputStatistics": FACET | {"fileCount": 1}}}
    wrote["facets"] = {**wrote["facets"], "schema": FACET | schema}
    events = [
        happened("START", 1, "09:00:00", inputs=[read])
        | {"run": {"runId": run_id(1), "facets": facets}, "job": job},
        happened("COMPLETE", 1, "09:30:00", outputs=[wrote]) | {"job": job},
        happened("FAIL", 2, "10:00:00", outputs=[dataset("bare")]),
    ]
    [trained, bare] = told(database_url, events, {"node": node("model")}, {"node": node("bare")})
    assert data(trained, f"run:{run_id(1)}") == {
        "job": {"namespace": "tests", "name": "train"},
        "state": "COMPLETED",
        "startedAt": "2026-03-01T09:00:00Z",
        "endedAt": "2026-03-01T09:30:00Z",
        "parent": run_id(9),
        "code": {
            "repoUrl": "https://h/r.git",
            "commit": "abc",
            "path": "train.py",
            "line": 12,
            "dirty": True,
        },
        "parameters": given,
    }
    assert data(trained, node("model", derived(1, "model"))) == {
        "namespace": "db",
        "name": "model",
        "version": derived(1, "model"),
        "confirmed": True,
        "type": "MODEL",
        "schema": [{"name": "x", "type": "int", "tags": [], "description": None}],
        "statistics": {"rowCount": None, "size": None, "fileCount": 1},
    }
    assert data(trained, node("d"))["statistics"] == {
        "rowCount": 7,
        "size": None,
        "fileCount": None,
    }
    run = data(bare, f"run:{run_id(2)}")
    assert (run["state"], run["code"], run["parameters"]) == ("FAILED", None, [])
    version = data(bare, node("bare", derived(2, "bare")))
    assert (version["confirmed"], version["schema"], version["statistics"]) == (False, None, None)


def test_a_merge_into_what_it_reads_is_no_circle(database_url: str) -> None:
    events = [
        happened("COMPLETE", n, f"0{n}:00:00", "merge", [*D, dataset("new")], D) for n in (1, 2, 3)
    ]
    up, down = told(
        database_url,
        events,
        {"node": node("d")},
        {"node": node("d", derived(1)), "direction": "downstream"},
    )
    assert (runs(up), runs(down)) == ([1, 2, 3], [2, 3])
    own = [(one["origin"], one["destination"]) for one in up["edges"]]
    assert (node("d", derived(2)), f"run:{run_id(3)}") in own
    assert (f"run:{run_id(3)}", node("d", derived(3))) in own
    assert (node("d", derived(3)), f"run:{run_id(3)}") not in own
    assert (node("d"), 1, "unconfirmed") in reads(up)


def test_a_version_that_several_wrote_has_all_of_them(database_url: str) -> None:
    v1 = [versioned("model", "v1")]
    events = [
        happened("COMPLETE", 1, "08:00:00", "train", [dataset("a")], v1),
        happened("FAIL", 2, "09:00:00", "train", [dataset("b")], v1),
        happened("COMPLETE", 3, "10:00:00", "score", v1),
    ]
    [whole, before] = told(
        database_url,
        events,
        {"node": node("model", "v1")},
        {"node": node("model", "v1"), "asOf": "2026-03-01T08:30:00Z"},
    )
    assert (runs(whole), runs(before)) == ([1, 2], [1])
    assert sorted(versions(whole)) == [node("a"), node("b"), node("model", "v1")]
    assert data(whole, node("model", "v1"))["confirmed"]


def test_a_failed_training_leaves_the_version_unconfirmed(database_url: str) -> None:
    events = [
        happened("START", 1, "08:00:00", "train", D, [MODEL]),
        happened("FAIL", 1, "09:00:00", "train"),
        happened("COMPLETE", 2, "10:00:00", "score", [MODEL], [dataset("scores")]),
    ]
    [answer] = told(database_url, events, {"node": node("scores")})
    version = node("model", derived(1, "model"))
    assert (version, 2, "unconfirmed") in reads(answer)
    assert not data(answer, version)["confirmed"]
    assert data(answer, f"run:{run_id(1)}")["state"] == "FAILED"


def test_what_comes_late_changes_what_was_read(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "08:00:00", "load", [], D),
        happened("COMPLETE", 3, "10:00:00", "train", D, [MODEL]),
    ]
    late = happened("COMPLETE", 2, "09:00:00", "load", [], D)
    [before] = told(database_url, events, {"node": node("model")})
    [after] = told(database_url, [*events, late], {"node": node("model")})
    assert (runs(before), runs(after)) == ([1, 3], [2, 3])


def skewed(database_url: str, *events: Json, **asked_with: str) -> bool:
    first = happened("COMPLETE", 1, "08:00:00", "load", [], D)
    [answer] = told(
        database_url, [first, *events], {"node": f"run:{run_id(9)}", "depth": 0, **asked_with}
    )
    [edge] = answer["edges"]
    return bool(edge["skew"])


@pytest.mark.parametrize(
    ("confirmed", "named", "skew"),
    [
        ("10:00:00", "10:00:00", False),
        ("10:00:05", "10:00:00", True),
        ("10:00:06", "10:00:00", False),
        ("10:30:00", "10:30:00", True),
        ("10:30:01", "10:30:00", False),
    ],
)
def test_another_version_confirmed_meanwhile_is_marked(
    database_url: str, confirmed: str, named: str, skew: bool
) -> None:
    reader = [happened("START", 9, "10:00:00", "read"), happened("OTHER", 9, named, "read", D)]
    other = [
        happened("START", 2, "07:00:00", "load", [], D),
        happened("COMPLETE", 2, confirmed, "load"),
    ]
    assert skewed(database_url, *reader, *other) == skew


def test_skew_is_only_what_was_known_by_then(database_url: str) -> None:
    reader = happened("START", 9, "10:00:00", "read", D)
    other = happened("COMPLETE", 2, "10:00:04", "load", [], D)
    assert skewed(database_url, reader, other)
    assert not skewed(database_url, reader, other, asOf="2026-03-01T10:00:03Z")


def test_the_same_version_written_again_is_no_skew(database_url: str) -> None:
    v1 = [versioned("d", "v1")]
    again = happened("COMPLETE", 2, "10:00:03", "load", [], v1)
    assert not skewed(database_url, happened("COMPLETE", 9, "10:00:00", "read", v1), again)
    assert skewed(database_url, happened("COMPLETE", 9, "10:00:00", "read", D), again)


def test_only_true_paths_are_gone(database_url: str) -> None:
    def named(name: str) -> Json:
        return {"namespace": "db", "name": name, "type": "DATASET"}

    entries = [named(f"out{n}") | {"inputs": [named(f"in{n}")]} for n in (1, 2)]
    job = {
        "namespace": "tests",
        "name": "split",
        "facets": {"lineage": FACET | {"entries": entries}},
    }
    ends = [dataset("in1"), dataset("in2")], [dataset("out1"), dataset("out2")]
    events = [
        happened("COMPLETE", 1, "08:00:00", "load", [], [dataset("in1"), dataset("in2")]),
        happened("COMPLETE", 2, "09:00:00", "split", *ends) | {"job": job},
    ]
    up, down, whole = told(
        database_url,
        events,
        {"node": node("out1")},
        {"node": node("in2"), "direction": "downstream"},
        {"node": f"run:{run_id(2)}"},
    )
    assert node("in1", derived(1, "in1")) in versions(up)
    assert node("in2", derived(1, "in2")) not in versions(up)
    assert versions(down) == [node("in2", derived(1, "in2")), node("out2", derived(2, "out2"))]
    assert len(versions(whole)) == 2
    assert {one["basis"] for one in up["edges"]} == {"explicit", "inputs-outputs"}


def test_as_of_only_what_had_begun(database_url: str) -> None:
    instants = ("08:59:59", "09:10:00", "11:40:00")
    answers = told(
        database_url,
        training(),
        *[{"node": node("model"), "asOf": f"2026-03-01T{at}Z"} for at in instants],
        {"node": node("model", "2"), "asOf": "2026-03-01T10:59:00Z"},
        {"node": f"run:{run_id(5)}", "asOf": "2026-03-01T11:59:00Z"},
    )
    before, under_way, after, *unknown = answers
    assert versions(before) == [node("model")]
    assert runs(under_way) == [1, 2]
    run, version = data(under_way, f"run:{run_id(2)}"), data(under_way, node("model", "1"))
    assert (run["state"], run["endedAt"], version["confirmed"]) == ("RUNNING", None, False)
    assert runs(after) == [3, 4]
    assert unknown == [None, None]


def test_an_edge_says_how_much_and_which_part_was_read_or_written(database_url: str) -> None:
    def part(month: str) -> Json:
        partitions = [{"dimension": {"month": month}}]
        return {"type": "partition", "partitions": partitions}

    source = dataset("d") | {
        "inputFacets": {
            "inputStatistics": FACET | {"rowCount": 3},
            "subset": FACET | {"inputCondition": part("2026-01")},
        }
    }
    made = dataset("e") | {
        "outputFacets": {
            "outputStatistics": FACET | {"rowCount": 2, "size": 9},
            "subset": FACET | {"outputCondition": part("2026-02")},
        }
    }
    event = happened("COMPLETE", 1, "10:00:00", inputs=[source], outputs=[made])
    [answer] = told(database_url, [event], {"node": f"run:{run_id(1)}"})
    [read] = [edge for edge in answer["edges"] if edge["binding"]]
    assert read["statistics"] == {"rowCount": 3, "size": None, "fileCount": None}
    assert read["subset"] == part("2026-01")
    [answer] = told(database_url, [event], {"node": f"run:{run_id(1)}", "direction": "downstream"})
    [write] = [edge for edge in answer["edges"] if not edge["binding"]]
    assert write["statistics"] == {"rowCount": 2, "size": 9, "fileCount": None}
    assert write["subset"] == part("2026-02")
