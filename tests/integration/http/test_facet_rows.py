"""Every facet that has a model, one by one, over HTTP: taken, refused, shown where it belongs."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from catchment.events.strict.one_facet import BAGS
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import Collector, collector, event
from tests.unit.events.strict.samples import Json, values

ROWS = [(entity, name) for entity, bag in BAGS.items() for name in bag.known]
PLACES = {
    "run": "/run/facets",
    "job": "/job/facets",
    "dataset": "/outputs/0/facets",
    "input": "/inputs/0/inputFacets",
    "output": "/outputs/0/outputFacets",
}
SIBLING = {
    "_producer": "https://example.org/p",
    "_schemaURL": "https://example.org/s",
    "kept": [1, {"deep": None}, 2**63, 0.1],
}
each_row = pytest.mark.parametrize(
    ("entity", "name"), ROWS, ids=[f"{name} of {entity}" for entity, name in ROWS]
)


@pytest.fixture(scope="module")
def strict(postgres_server: PostgresServer) -> Iterator[Collector]:
    with (
        postgres_server.database(TEMPLATE) as url,
        collector(database_url=url, validation="strict") as running,
    ):
        yield running


def carrying(entity: str, facets: Json) -> Json:
    """A complete event, with facets on this entity; each time other names."""
    mark = uuid4().hex
    sent = event(
        job={"namespace": "tests", "name": f"job {mark}"},
        inputs=[{"namespace": "db", "name": f"in {mark}"}],
        outputs=[{"namespace": "db", "name": f"out {mark}"}],
    )
    _, *path, last = PLACES[entity].split("/")
    holder: Any = sent
    for step in path:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    holder[last] = facets
    return sent


def shown(server: Collector, entity: str, sent: Json) -> list[Json]:
    """The facets of this entity in each answer that shows them."""

    def get(path: str, **params: str) -> Any:
        answer = server.client.get(f"/api/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    run = sent["run"]["runId"]
    job, out = sent["job"]["name"], sent["outputs"][0]["name"]
    whole = get(f"/jobs/runs/{run}")
    [read], [write] = whole["inputDatasetVersions"], whole["outputDatasetVersions"]
    # A symlinks facet makes one dataset of the outputs of all tests that send it.
    versions = get(f"/namespaces/db/datasets/{out}/versions")["versions"]
    [version] = [one for one in versions if one["createdByRun"]["id"] == run]
    if entity == "run":
        return [whole["facets"], get(f"/jobs/runs/{run}/facets", type="run")["facets"]]
    if entity == "job":
        of_run = get(f"/jobs/runs/{run}/facets", type="job")
        return [of_run["facets"], get(f"/namespaces/tests/jobs/{job}")["facets"]]
    if entity == "dataset":
        one = get(f"/namespaces/db/datasets/{out}")
        return [one["facets"], write["facets"], version["facets"]]
    of_run = get(f"/jobs/runs/{run}/facets", type="dataset")
    if entity == "input":
        again = of_run["inputDatasetVersions"][0]
        return [read["inputFacets"], read["facets"], again["inputFacets"]]
    again = of_run["outputDatasetVersions"][0]
    return [write["outputFacets"], version["facets"], again["outputFacets"]]


def stored(server: Collector, sent: Json) -> list[Json]:
    """The problems of the entry that the event became, which the list and the entry agree on."""
    answer = server.post(sent)
    assert answer.status_code == 201, answer.text
    seq = answer.json()["seq"]
    problems: list[Json] = server.client.get(f"/api/v1/events/{seq}/meta").json()["problems"]
    after = {"after": seq - 1, "limit": 1}
    [listed] = server.client.get("/api/v1/events", params=after).json()["events"]
    assert listed["problems"] == problems
    return problems


@each_row
def test_a_valid_facet_is_taken_by_both_modes_and_shown_where_it_belongs(
    server: Collector, strict: Collector, entity: Any, name: str
) -> None:
    for sample in values(BAGS[entity].known[name]):
        facets = {name: sample, "tests_sibling": SIBLING}
        sent = carrying(entity, facets)
        assert stored(strict, sent) == []
        assert stored(server, sent) == []
        for answer in shown(server, entity, sent):
            assert {key: answer.get(key) for key in facets} == facets


@each_row
def test_without_a_required_member_it_is_a_problem_or_refused_and_costs_nothing_else(
    server: Collector, strict: Collector, entity: Any, name: str
) -> None:
    model = BAGS[entity].known[name]
    for member in sorted(model.__required_keys__):
        broken = {key: value for key, value in values(model)[0].items() if key != member}
        facets = {name: broken, "tests_sibling": SIBLING}
        sent = carrying(entity, facets)
        place = f"{PLACES[entity]}/{name}/{member}"
        refused = strict.post(sent)
        assert refused.status_code == 422
        assert [one["pointer"] for one in refused.json()["errors"]] == [place]
        [problem] = stored(server, sent)
        assert problem["pointer"] == place
        assert problem["reason"].startswith("missing")
        for answer in shown(server, entity, sent):
            assert {key: answer.get(key) for key in facets} == facets


@pytest.mark.parametrize("entity", PLACES)
def test_a_facet_that_has_no_model_is_kept_and_shown_verbatim(
    server: Collector, strict: Collector, entity: str
) -> None:
    facets = {"spark.logicalPlan": SIBLING, "environment-properties": SIBLING | {"ä/~": "\x00"}}
    sent = carrying(entity, facets)
    assert stored(server, sent) == []
    assert stored(strict, sent) == []
    for answer in shown(server, entity, sent):
        assert {key: answer.get(key) for key in facets} == facets


@pytest.mark.parametrize("entity", PLACES)
@pytest.mark.parametrize("wrong", [None, "text", 7, [], True])
def test_what_is_no_object_is_left_out_and_said(
    server: Collector, strict: Collector, entity: str, wrong: Any
) -> None:
    sent = carrying(entity, {"a/b": wrong, "tests_sibling": SIBLING})
    assert strict.post(sent).status_code == 422
    place = f"{PLACES[entity]}/a~1b"
    assert stored(server, sent) == [{"pointer": place, "reason": "not an object; left out"}]
    for answer in shown(server, entity, sent):
        assert answer["tests_sibling"] == SIBLING
        assert "a/b" not in answer


def test_producers_count_the_events_that_have_problems(server: Collector) -> None:
    who = "https://example.org/careless"
    several: tuple[Json, ...] = ({"a": {}}, {"a": {}, "parent": {}, "b": None}, {})
    for facets in several:
        sent = carrying("run", facets) | {"producer": who}
        assert server.post(json.dumps(sent)).status_code == 201
    producers = server.client.get("/api/v1/producers").json()["producers"]
    [found] = [one for one in producers if one["producer"] == who]
    assert (found["events"], found["problems"]) == (3, 2)
