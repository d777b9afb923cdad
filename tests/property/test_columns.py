"""Column lineage in small worlds: the product against the naive model, whatever the order."""

import asyncio
import itertools
import json
import os
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.service import Service, service
from tests.property.strategies import DATASETS, JOBS, RUNS, Json
from tests.reference_model.columns import Column, Graph, Key, Said, graph
from tests.reference_model.facts import FOREVER, Name, iso
from tests.reference_model.model import Model, node_id

QUESTIONS = 16
EXAMPLES = 300 if os.environ.get("CATCHMENT_TEST_PROFILE") == "long" else 10
WAYS = {"upstream": "o", "downstream": "i", "both": "oi"}
INSTANTS_US = [(1_767_225_600 + 60 * 5) * 1_000_000, FOREVER]
PRODUCER = {"_producer": "https://example.com/p", "_schemaURL": "https://example.com/s"}

_direct = {"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}
_indirect = {"type": "INDIRECT", "subtype": "FILTER", "description": "", "masking": False}
_said = st.sampled_from([[], [_direct], [_indirect], [_direct, _indirect], [{"subtype": "?"}]])
_datasets = st.sampled_from(DATASETS[:4])


def _named(name: tuple[str, str], **members: Any) -> Json:
    return {"namespace": name[0], "name": name[1], **members}


@st.composite
def _source(draw: st.DrawFn) -> Json:
    field = draw(st.sampled_from(["x", "y", "x", "y", None]))
    source = _named(draw(_datasets), transformations=draw(_said))
    return source if field is None else source | {"field": field}


@st.composite
def _mapping(draw: st.DrawFn) -> Json:
    sources = st.lists(_source(), min_size=1, max_size=2)
    columns = draw(st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True))
    facet: Json = {"fields": {column: {"inputFields": draw(sources)} for column in columns}}
    if draw(st.integers(0, 2)) == 0:
        facet["dataset"] = draw(sources)
    return PRODUCER | facet


@st.composite
def _derivation(draw: st.DrawFn) -> Json:
    """A DatasetEvent that says what its columns were made of."""
    sources = st.lists(_source().map(lambda one: one | {"type": "DATASET"}), max_size=2)
    facet: Json = PRODUCER | {"inputs": draw(sources)}
    if draw(st.booleans()):
        facet["fields"] = {draw(st.sampled_from(["x", "y"])): {"inputs": draw(sources)}}
    if draw(st.integers(0, 5)) == 0:
        facet["_deleted"] = True
    return {"dataset": _named(draw(_datasets), facets={"lineage": facet})}


@st.composite
def _event(draw: st.DrawFn) -> Json:
    if draw(st.integers(0, 3)) == 0:
        return draw(_derivation())
    name = draw(_datasets)
    facets: Json = {}
    if draw(st.integers(0, 4)):
        facets["columnLineage"] = draw(_mapping())
    if draw(st.integers(0, 7)) == 0:
        other = _named(draw(_datasets), type=draw(st.sampled_from(["TABLE", "LOCATION"])))
        facets["symlinks"] = PRODUCER | {"identifiers": [other]}
    event: Json = {
        "job": _named(draw(st.sampled_from(JOBS[:3])), facets={}),
        "outputs": [_named(name, facets=facets)],
    }
    if draw(st.booleans()):
        event["inputs"] = [_named(draw(_datasets))]
    if draw(st.integers(0, 7)) == 0:
        entry = _named(draw(_datasets), type="DATASET", inputs=[])
        event["job"]["facets"]["lineage"] = PRODUCER | {"entries": [entry]}
    if draw(st.integers(0, 3)) == 0:
        pattern = {"eventContentMode": "COMPLETE_SNAPSHOT"}
        event["job"]["facets"]["jobType"] = PRODUCER | {"emissionPattern": pattern}
    if draw(st.integers(0, 5)):
        event["run"] = {"runId": draw(st.sampled_from(RUNS[:4]))}
        event["eventType"] = draw(st.sampled_from(["START", "COMPLETE", "COMPLETE", "FAIL"]))
    return event


@st.composite
def _worlds(draw: st.DrawFn) -> list[Json]:
    """Each event at an instant of its own, so that no tie is broken by a hash."""
    events = draw(st.lists(_event(), min_size=1, max_size=8))
    minutes = draw(st.permutations(range(len(events))))
    times = [(1_767_225_600 + 60 * minute) * 1_000_000 for minute in minutes]
    common = {"producer": "https://example.com/p"}
    return [
        {**common, "eventTime": iso(at), **event} for at, event in zip(times, events, strict=True)
    ]


def _id(column: Column) -> str:
    if column[1] is None:
        return node_id("dataset", column[0])
    return f"{node_id('datasetField', column[0])}:{column[1]}"


def _said_of(key: Key, said: Said) -> tuple[Any, ...]:
    jobs = sorted(node_id("job", job) for job in said.jobs)
    return (
        *(_id(key[0]), _id(key[1]), key[2]),
        *(sorted(said.transformations), jobs, not said.holds),
    )


def _expected(answer: Graph) -> Any:
    nodes, edges, influences = answer
    return (
        sorted(map(_id, nodes)),
        sorted(_said_of(key, said) for key, said in edges.items()),
        sorted(_said_of(key, said) for key, said in influences.items()),
    )


def _found(answer: Json) -> Any:
    assert not answer["truncated"]
    nodes = answer["graph"]
    inward = [_edge(e, "origin", "destination") for node in nodes for e in node["inEdges"]]
    outward = [_edge(e, "destination", "origin") for node in nodes for e in node["outEdges"]]
    assert sorted(inward) == sorted(outward)
    for node in nodes:
        assert all(edge["origin"] == node["id"] for edge in node["inEdges"] + node["outEdges"])
        assert len(node["data"]["inputFields"]) == len(node["inEdges"])
    influences = [_edge(edge, "destination", "origin") for edge in answer["influences"]]
    return [node["id"] for node in nodes], sorted(inward), sorted(influences)


def _edge(edge: Json, output: str, source: str) -> tuple[Any, ...]:
    said = sorted(json.dumps(one, sort_keys=True) for one in edge["transformations"])
    return (edge[output], edge[source], edge["kind"], said, edge["jobs"], edge["stale"])


async def _compare(product: Service, model: Model, chance: random.Random) -> None:
    """A few questions of the hundreds that there are; other ones in every example."""
    columns = ("x", "y", None)
    nodes: list[tuple[str, Name, str | None]] = [("job", job, None) for job in model.times("job")]
    nodes += [("dataset", name, column) for name in model.times("dataset") for column in columns]
    asked = itertools.product(nodes, INSTANTS_US, WAYS, (1, 20))
    for (kind, name, column), as_of, way, depth in chance.sample(list(asked), QUESTIONS):
        node = node_id(kind, name) if column is None else _id((name, column))
        given = {"direction": way, "depth": depth} | (
            {} if as_of == FOREVER else {"asOf": iso(as_of)}
        )
        answer = await product.get("/column-lineage", nodeId=node, **given)
        expected = graph(model, kind, name, column, WAYS[way], depth, as_of)
        if answer is None:  # a column of which nothing is known
            of_it = [key for held in expected[1:] for key in held if (name, column) in key]
            assert (column is None, of_it) == (False, []), (node, given)
        else:
            assert _found(answer) == _expected(expected), (node, given)


async def _check(database_url: str, events: list[Json], seed: int) -> None:
    bodies = [json.dumps(event).encode() for event in events]
    shuffled = bodies * 2
    random.Random(seed).shuffle(shuffled)
    model = Model(events)
    async with service(database_url) as product:
        for given_bodies, batch in ((bodies, 500), (shuffled, 2)):
            await product.empty()
            await product.write(given_bodies, batch, 1)
            await _compare(product, model, random.Random(seed))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=_worlds(), seed=st.integers(0, 2**32 - 1))
def test_columns_are_those_of_the_model_in_any_order(
    database_url: str, events: list[Json], seed: int
) -> None:
    asyncio.run(_check(database_url, events, seed))
