"""Which node a question about provenance means, and how a large answer is cut."""

from typing import Any

import pytest

from catchment.api import provenance_walk
from tests.integration.http.test_provenance import D, node, runs, told, versions
from tests.integration.http.test_versions import derived
from tests.integration.http.worlds import FACET, Json, asked, dataset, happened, run_id, versioned
from tests.property.service import Service


def test_what_is_unknown_is_not_found(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "08:00:00", outputs=D),
        happened("COMPLETE", 2, "09:00:00", inputs=[versioned("d", "named")]),
    ]
    *unknown, named = told(
        database_url,
        events,
        {"node": node("nothing")},
        {"node": node("d", "other")},
        {"node": node("d", run_id(7))},
        {"node": f"run:{run_id(7)}"},
        {"kind": "dataset", "namespace": "db", "name": "d", "version": "other"},
        {"node": node("d", "named"), "direction": "downstream"},
    )
    assert unknown == [None] * 5
    assert (versions(named), runs(named)) == ([node("d", "named")], [2])


def test_a_node_id_that_fits_several_is_refused_and_they_are_listed(database_url: str) -> None:
    far = {"namespace": "db:x", "name": "d", "facets": {"version": FACET | {"datasetVersion": "1"}}}
    near = {"namespace": "db", "name": "x:d#1"}
    events = [happened("COMPLETE", 1, "08:00:00", outputs=[far, near])]

    async def ask(service: Service) -> Any:
        client = service._client
        params = [
            {"nodeId": "dataset:db:x:d#1"},
            {"nodeId": "job:tests:job"},
            {"nodeId": "dataset:db"},
            {},
            {"kind": "dataset", "namespace": "db:x", "name": "d", "version": "1"},
            {"kind": "dataset", "namespace": "db", "name": "x:d#1"},
            {"nodeId": f"dataset:{':' * 70}"},
        ]
        answers = [await client.get("/api/v1/provenance", params=one) for one in params]
        return [(answer.status_code, answer.json().get("detail")) for answer in answers]

    found = asked(database_url, events, ask)
    assert [status for status, _ in found] == [400, 400, 400, 400, 200, 200, 400]
    assert "name='x:d#1' version=None" in found[0][1]
    assert "namespace='db:x' name='d' version='1'" in found[0][1]


def wide(length: int) -> list[Json]:
    """Run 9 makes d of what `length` others wrote, each of a source of its own."""
    names = [dataset(f"d{n}") for n in range(length)]
    loads = [
        happened("COMPLETE", 10 + n, "08:00:00", f"load{n}", [dataset(f"raw{n}")], [names[n]])
        for n in range(length)
    ]
    return [*loads, happened("COMPLETE", 9, "10:00:00", "join", names, D)]


def test_an_answer_that_is_cut_says_where_to_go_on(database_url: str) -> None:
    whole, first, cut, level = told(
        database_url,
        wide(4),
        {"node": node("d")},
        {"node": node("d"), "limit": 1},
        {"node": node("d"), "limit": 8},
        {"node": node("d"), "depth": 1},
    )
    assert (len(whole["nodes"]), whole["truncated"], whole["frontier"]) == (14, False, [])
    left = [node(f"d{n}", derived(10 + n, f"d{n}")) for n in range(4)]
    # The first run is whole, or there would be no going on.
    assert (len(first["nodes"]), first["truncated"], first["frontier"]) == (6, True, left)
    assert (len(cut["nodes"]), cut["truncated"], cut["frontier"]) == (8, True, left[1:])
    assert (runs(level), level["truncated"]) == ([9], False)
    [rest] = told(database_url, wide(4), {"node": left[3]})
    assert runs(rest) == [13]


def test_what_is_cut_at_the_focus_is_named_by_its_runs(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [happened("COMPLETE", 1, "08:00:00", outputs=D)]
    events += [
        happened("COMPLETE", n, "09:00:00", f"read{n}", D, [dataset(f"o{n}")]) for n in range(2, 7)
    ]
    asked_for = {"node": node("d"), "direction": "downstream", "limit": 4}
    [cut] = told(database_url, events, asked_for)
    assert (runs(cut), cut["truncated"]) == ([2], True)
    assert cut["frontier"] == [f"run:{run_id(n)}" for n in (3, 4, 5, 6)]
    monkeypatch.setattr(provenance_walk, "_CANDIDATES_MAX", 3)
    monkeypatch.setattr(provenance_walk, "_READERS_MIN", 2)
    [few] = told(database_url, events, {**asked_for, "limit": None})
    assert few["truncated"]
    assert len(runs(few)) == 3
