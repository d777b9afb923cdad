"""The committed JSON Schemas are those of the models, and say what the strict reader says."""

import json
from copy import deepcopy
from typing import Any

import pytest

from catchment.events.strict import json_schema, problems_of
from catchment.resources import schemas_dir
from tests.unit.events.strict.samples import (
    DATASET_EVENT,
    FACETS,
    JOB_EVENT,
    RUN_EVENT,
    Json,
    at,
    rules,
    values,
)
from tests.unit.events.strict.test_models import BASE, EVENTS, event_with, put, without

FOLDERS = {
    "/run/facets": "run",
    "/job/facets": "job",
    "/inputs/0/facets": "dataset",
    "/inputs/0/inputFacets": "input",
    "/outputs/0/outputFacets": "output",
}


def test_the_committed_files_are_current() -> None:
    folder = schemas_dir()
    there = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.json")}
    assert there == json_schema.schemas(), "say: make json-schemas"


@pytest.fixture(scope="module")
def validators() -> dict[str, Any]:
    """By file; each is a valid schema."""
    jsonschema = pytest.importorskip("jsonschema", reason="requirements/dev.txt has it")
    made = {}
    for name, text in json_schema.schemas().items():
        schema = json.loads(text)
        jsonschema.Draft202012Validator.check_schema(schema)
        made[name] = jsonschema.Draft202012Validator(schema)
    return made


def agree(validators: dict[str, Any], event: Any) -> bool:
    """What both say of an event."""
    valid = not problems_of(json.dumps(event).encode())
    assert validators["event.json"].is_valid(event) == valid, event
    return valid


@pytest.mark.parametrize(("model", "event"), EVENTS)
def test_events_are_as_valid_as_the_strict_reader_says(
    validators: dict[str, Any], model: Any, event: Json
) -> None:
    assert agree(validators, event)
    for place, required in rules(model, event):
        assert not agree(validators, put(event, place, None))
        if place not in ("/run", "/job", "/dataset"):  # without it, it is another kind of event
            assert agree(validators, without(event, place)) != bool(required)
    wrongs: tuple[Any, ...] = ({}, [], "text", event | dict.fromkeys(("run", "job", "dataset")))
    for wrong in wrongs:
        assert not agree(validators, wrong)
    times = ("2026-03-01T12:00:00", "2026-03-01", "12")
    for member, texts in {"eventTime": times, "producer": ("a b", "nothing", "")}.items():
        for text in texts:
            assert not agree(validators, event | {member: text})


def test_kinds_of_events_are_told_apart_by_what_they_have(validators: dict[str, Any]) -> None:
    assert not agree(validators, JOB_EVENT | {"dataset": DATASET_EVENT["dataset"]})
    assert not agree(validators, RUN_EVENT | {"job": None})
    assert not agree(validators, JOB_EVENT | {"run": None})
    assert agree(validators, DATASET_EVENT | {"run": None})
    for name in ("", "x" * 8_193):
        assert not agree(validators, put(JOB_EVENT, "/job/name", name))


@pytest.mark.parametrize(
    ("bag", "name", "model"), FACETS, ids=[f"{bag}/{name}" for bag, name, _ in FACETS]
)
def test_facets_are_as_valid_as_the_strict_reader_says(
    validators: dict[str, Any], bag: str, name: str, model: Any
) -> None:
    alone = validators[f"facets/{FOLDERS[bag]}/{name}.json"]

    def both(facet: Any) -> bool:
        valid = agree(validators, event_with(bag, name, facet))
        assert alone.is_valid(facet) == valid, facet
        return valid

    for facet in values(model):
        assert both(facet)
        assert both(facet | {"ours": None})
        for below, required in rules(model, facet):
            holder, key = at(changed := deepcopy(facet), below)
            holder[key] = None
            assert not both(changed)
            del holder[key]
            assert both(changed) != bool(required)
    tombstones = [BASE | {"_deleted": deleted} for deleted in (True, False, 1, None)]
    odds: tuple[Any, ...] = (None, [], "text", {}, BASE, *tombstones)
    for odd in odds:
        both(odd)
