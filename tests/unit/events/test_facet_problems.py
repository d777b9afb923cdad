"""Lenient reading minds in each facet what strict reading minds, once, in bounded time."""

import json
from time import perf_counter
from typing import Any

import pytest

from catchment.errors import Problem
from catchment.events.decode import Reader
from catchment.events.facets.cache import read_facet
from catchment.events.facets.problems import FacetProblems, distinct
from catchment.events.model import Entity
from catchment.events.strict import problems_of
from catchment.events.strict.one_facet import FACET_BYTES_MAX
from catchment.lineage.assertion import BUILDERS
from tests.unit.events.strict.samples import Json, rules, values
from tests.unit.events.strict.test_models import BASE, event_with, every_facet, put, without

UUID = "01890a5d-ac96-774b-bcce-b302099a8057"
OUT = "left out of the graph"


def lenient(event: Any) -> list[Problem]:
    return list(Reader(BUILDERS).read(json.dumps(event).encode()).problems)


def of(entity: Entity, name: str, value: Any) -> list[Problem]:
    facet = read_facet(name, json.dumps(value).encode())
    assert facet is not None
    return list(FacetProblems(1_000_000).of(entity, facet))


@every_facet
def test_what_strict_reading_minds_is_a_problem(bag: str, name: str, model: Any) -> None:
    for facet in values(model):
        event = event_with(bag, name, facet)
        assert lenient(event) == []
        for below, _ in rules(model, facet):
            place = f"{bag}/{name}{below}"
            for broken in (without(event, place), put(event, place, None)):
                strict = list(distinct(problems_of(json.dumps(broken).encode())))
                found = lenient(broken)
                assert [one.pointer for one in found] == [one.pointer for one in strict]
                for mine, its in zip(found, strict, strict=True):
                    assert mine.reason in (its.reason, f"{its.reason}; {OUT}")


@pytest.mark.parametrize(
    ("entity", "name", "members", "problem"),
    [
        ("run", "parent", {"run": {"runId": UUID}, "job": {"namespace": "", "name": "x"}},
            Problem("", f"no readable run id and job; {OUT}")),
        ("run", "parentRun", {}, Problem("", f"no readable run id and job; {OUT}")),
        ("dataset", "version", {"datasetVersion": ""},
            Problem("/datasetVersion", f"no readable version; {OUT}")),
        ("dataset", "columnLineage",
            {"fields": {"a/b": {"inputFields": [{"namespace": "", "name": "x", "field": "y"}]}}},
            Problem("/fields/a~1b/inputFields/0", f"no readable namespace and name; {OUT}")),
    ],
)  # fmt: skip
def test_what_no_model_minds_but_the_graph_cannot_use(
    entity: Entity, name: str, members: Json, problem: Problem
) -> None:
    assert of(entity, name, BASE | members) == [problem]


@pytest.mark.parametrize("entity", ["run", "job", "dataset", "input", "output"])
def test_a_name_means_something_on_its_own_entity_only(entity: Entity) -> None:
    assert of(entity, "nominalTime", BASE) == (
        [Problem("/nominalStartTime", f"missing; {OUT}")] if entity == "run" else []
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", "must be an integer, not a number with a fraction"),
        ("1e400", "must be an integer, not a number with a fraction"),
        ("9" * 400, None),
        ("9" * 5_000, None),
        ("-0", None),
    ],
)
def test_odd_numbers(text: str, reason: str | None) -> None:
    raw = json.dumps(BASE | {"rowCount": "HERE"}).replace('"HERE"', text).encode()
    facet = read_facet("outputStatistics", raw)
    assert facet is not None
    found = FacetProblems(1_000_000).of("output", facet)
    assert [one.reason for one in found] == ([reason] if reason else [])


def test_a_facet_that_is_too_large_is_held_to_what_all_need() -> None:
    wrong: Json = {"fields": [{"name": "a", "type": 1}], "more": "x" * FACET_BYTES_MAX}
    assert of("dataset", "schema", BASE | wrong) == []
    assert [one.pointer for one in of("dataset", "schema", wrong)] == ["/_producer", "/_schemaURL"]
    assert of("dataset", "schema", BASE | wrong | {"fields": 1}) == [
        Problem("/fields", f"not an array; {OUT}")
    ]


def test_facets_full_of_errors_take_no_longer_than_to_read_them() -> None:
    facet = read_facet("schema", json.dumps(BASE | {"fields": [1] * 250_000}).encode())
    assert facet is not None
    begun = perf_counter()
    found = FacetProblems(1_000_000).of("dataset", facet)
    assert perf_counter() - begun < 2
    assert found == (
        Problem("", "250,000 of its members are not as its model wants them"),
        Problem("/fields/0", f"not an object with a name; {OUT}"),
    )


def test_each_facet_is_looked_at_once() -> None:
    facet = read_facet("schema", json.dumps(BASE | {"fields": [{}] * 900}).encode())
    assert facet is not None
    problems = FacetProblems(1_000_000)
    found = problems.of("dataset", facet)
    assert problems.of("dataset", facet) is found
    assert problems.of("run", facet) == ()
