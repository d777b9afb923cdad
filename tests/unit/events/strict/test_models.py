"""Each rule of each model: a complete value is valid, and one broken rule is found where it is."""

import json
from copy import deepcopy
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from typing_extensions import get_original_bases, is_typeddict

from catchment.errors import Problem
from catchment.events import strict
from catchment.events.decode import Reader
from catchment.events.strict import envelope, problems_of
from catchment.lineage.assertion import BUILDERS
from tests.unit.events.strict.samples import (
    BAGS,
    DATASET_EVENT,
    FACETS,
    JOB_EVENT,
    RUN_EVENT,
    Json,
    at,
    rules,
    values,
)

BASE = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
EVENTS = [
    pytest.param(envelope.RunEvent, RUN_EVENT, id="run"),
    pytest.param(envelope.JobEvent, JOB_EVENT, id="job"),
    pytest.param(envelope.DatasetEvent, DATASET_EVENT, id="dataset"),
]
every_facet = pytest.mark.parametrize(
    ("bag", "name", "model"), FACETS, ids=[f"{bag}/{name}" for bag, name, _ in FACETS]
)


def problems(event: Any) -> tuple[Problem, ...]:
    return problems_of(json.dumps(event).encode())


def found(event: Any) -> set[str]:
    return {problem.pointer for problem in problems(event)}


def event_with(bag: str, name: str, facet: Any) -> Json:
    event: Json = deepcopy(RUN_EVENT)
    holder, key = at(event, bag)
    holder[key] = {name: facet}
    return event


def put(event: Json, place: str, value: Any) -> Json:
    changed = deepcopy(event)
    holder, key = at(changed, place)
    holder[key] = value
    return changed


def without(event: Json, place: str) -> Json:
    changed = deepcopy(event)
    holder, key = at(changed, place)
    del holder[key]
    return changed


@pytest.mark.parametrize(("model", "event"), EVENTS)
def test_events_keep_their_rules(model: Any, event: Json) -> None:
    assert problems(event) == ()
    for place, required in rules(model, event):
        if place in ("/run", "/job", "/dataset"):  # without it, it is another kind of event
            continue
        assert found(without(event, place)) == ({place} if required else set()), place
        assert found(put(event, place, None)) == {place}


@every_facet
def test_facets_keep_their_rules(bag: str, name: str, model: Any) -> None:
    samples = values(model)
    assert samples
    for facet in samples:
        event = event_with(bag, name, facet)
        assert problems(event) == ()
        if (bag, name) != (
            "/inputs/0/facets",
            "lineage",
        ):  # of which the lenient reader knows nothing
            assert not Reader(BUILDERS).read(json.dumps(event).encode()).problems
        for below, required in rules(model, facet):
            place = f"{bag}/{name}{below}"
            told = problems(without(event, place))
            assert told == ((Problem(place, "missing"),) if required else ()), place
            assert found(put(event, place, None)) == {place}


def test_no_rule_of_no_model_is_forgotten() -> None:
    made = [(model, value) for _, _, model in FACETS for value in values(model)]
    made += [(event.values[0], event.values[1]) for event in EVENTS]
    tried = {
        (needs, place.rpartition("/")[2])
        for model, value in made
        for place, needs in rules(model, value)
        if needs
    }
    modules = [import_module(f"{strict.__name__}.{m.name}") for m in iter_modules(strict.__path__)]
    models = {m for module in modules for m in vars(module).values() if is_typeddict(m)}
    wanted = {(model, key) for model in models for key in model.__required_keys__}
    only_bases = {base for model in models for base in get_original_bases(model)}
    assert {
        (model.__name__, key) for model, key in wanted - tried if model not in only_bases
    } == set()


@every_facet
def test_facets_are_objects_and_take_more_members(bag: str, name: str, model: Any) -> None:
    place = f"{bag}/{name}"
    nothings: tuple[Any, ...] = (None, "text", 1, True, [])
    for wrong in nothings:
        assert found(event_with(bag, name, wrong)) == {place}
    more = {**values(model)[0], "ours": {"a": None}}
    assert problems(event_with(bag, name, more)) == ()


@every_facet
def test_only_facets_of_jobs_and_datasets_can_be_deleted(bag: str, name: str, model: Any) -> None:
    tombstone = event_with(bag, name, BASE | {"_deleted": True})
    required = model.__required_keys__ - BASE.keys()
    if BAGS[bag].deletable:
        assert problems(tombstone) == ()
        assert found(event_with(bag, name, {"_deleted": True})) == {
            f"{bag}/{name}/{key}" for key in BASE
        }
        again = values(model)[0] | {"_deleted": False}
        assert problems(event_with(bag, name, again)) == ()
        assert found(event_with(bag, name, again | {"_deleted": 1})) == {f"{bag}/{name}/_deleted"}
    else:
        assert found(tombstone) == {f"{bag}/{name}/{key}" for key in required}


@pytest.mark.parametrize("bag", BAGS)
def test_other_facets_need_what_all_need(bag: str) -> None:
    place = f"{bag}/a~1b~0c"
    assert problems(event_with(bag, "a/b~c", BASE | {"x": [None]})) == ()
    assert found(event_with(bag, "a/b~c", {})) == {f"{place}/_producer", f"{place}/_schemaURL"}
    assert found(event_with(bag, "a/b~c", BASE | {"_producer": "us"})) == {f"{place}/_producer"}
    assert found(event_with(bag, "a/b~c", [])) == {place}


@pytest.mark.parametrize(
    ("event", "place"),
    [
        (DATASET_EVENT | {"dataset": None}, ""),
        (without(DATASET_EVENT, "/dataset"), ""),
        (without(JOB_EVENT, "/job"), ""),
        (without(RUN_EVENT, "/job"), "/job"),
        (RUN_EVENT | {"job": None}, "/job"),
        (JOB_EVENT | {"run": None}, "/run"),
        (JOB_EVENT | DATASET_EVENT, "/dataset"),
        ([RUN_EVENT], ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_the_kind_of_event_goes_by_its_shape(event: Any, place: str) -> None:
    assert found(event) == {place}


def test_what_schema_url_says_is_not_asked() -> None:
    assert (
        problems(JOB_EVENT | {"schemaURL": "https://x.org/OpenLineage.json#/$defs/RunEvent"}) == ()
    )
    assert problems(RUN_EVENT | {"dataset": 1}) == ()


def test_parameters_alone_take_no_more_members() -> None:
    facet = BASE | {"parameters": [{"key": "a", "unit": "s"}]}
    [problem] = problems(event_with("/run/facets", "executionParameters", facet))
    assert problem.pointer == "/run/facets/executionParameters/parameters/0/unit"


@pytest.mark.parametrize(
    ("entry", "below"),
    [
        ({}, "type"),
        ({"type": "TABLE"}, "type"),
        ({"type": ["JOB"]}, "type"),
        ({"type": "JOB", "namespace": "a"}, "name"),
        ({"type": "JOB", "name": "a"}, "namespace"),
        ({"type": "JOB", "runId": "1"}, "runId"),
        ({"type": "DATASET", "namespace": "a"}, "name"),
        ({"type": "JOB", "inputs": [{"type": "JOB", "namespace": "a"}]}, "inputs/0/name"),
    ],
)
def test_entries_of_lineage(entry: Json, below: str) -> None:
    facet = BASE | {"entries": [{"type": "JOB"}, entry]}
    place = f"/job/facets/lineage/entries/1/{below}"
    assert found(event_with("/job/facets", "lineage", facet)) == {place}


def test_lineage_of_a_job_and_of_a_dataset_are_two_facets() -> None:
    assert found(event_with("/job/facets", "lineage", BASE)) == {"/job/facets/lineage/entries"}
    assert found(event_with("/inputs/0/facets", "lineage", BASE | {"entries": "junk"})) == set()
