"""Provenance in small worlds: the product against the naive model, whatever the order."""

import asyncio
import itertools
import json
import os
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.service import Service, service
from tests.property.strategies import DATASETS, JOBS, RUNS, Json, renames, symlinks
from tests.reference_model.facts import FOREVER, iso
from tests.reference_model.model import Model
from tests.reference_model.provenance import Edge, Provenance, Version
from tests.reference_model.runs import Run

QUESTIONS = 24
EXAMPLES = 300 if os.environ.get("CATCHMENT_TEST_PROFILE") == "long" else 12
START_US = 1_767_225_600_000_000
PRODUCER = {"_producer": "https://example.com/p", "_schemaURL": "https://example.com/s"}
_names = st.sampled_from(DATASETS[:4])


@st.composite
def _element(draw: st.DrawFn, side: str) -> Json:
    namespace, name = draw(_names)
    facets: Json = {}
    if draw(st.integers(0, 2)) == 0:
        facets["version"] = PRODUCER | {"datasetVersion": draw(st.sampled_from(["v1", "v2"]))}
    if side == "outputs" and draw(st.integers(0, 3)) == 0:
        source = dict(zip(("namespace", "name"), draw(_names), strict=True)) | {"field": "x"}
        facets["columnLineage"] = PRODUCER | {"fields": {"x": {"inputFields": [source]}}}
    if draw(st.integers(0, 5)) == 0:
        facets["symlinks"] = draw(symlinks)
    if side == "outputs" and draw(st.integers(0, 5)) == 0:
        facets["lifecycleStateChange"] = draw(renames)
    return {"namespace": namespace, "name": name, "facets": facets}


@st.composite
def _lineage(draw: st.DrawFn) -> Json:
    def named(name: tuple[str, str]) -> Json:
        return {"namespace": name[0], "name": name[1], "type": "DATASET"}

    entry = named(draw(_names)) | {"inputs": [named(one) for one in draw(st.lists(_names))][:2]}
    return PRODUCER | {"entries": [entry]}


@st.composite
def _event(draw: st.DrawFn) -> Json:
    namespace, name = draw(st.sampled_from(JOBS[:3]))
    job: Json = {"namespace": namespace, "name": name, "facets": {}}
    if draw(st.integers(0, 7)) == 0:
        job["facets"]["lineage"] = draw(_lineage())
    kinds = ["START", "START", "OTHER", "COMPLETE", "COMPLETE", "COMPLETE", "FAIL"]
    noted = {"catchment_note": PRODUCER} if draw(st.integers(0, 9)) == 0 else {}
    return {
        "producer": "https://example.com/p",
        "eventType": draw(st.sampled_from(kinds)),
        "run": {"runId": draw(st.sampled_from(RUNS)), "facets": noted},
        "job": job,
        "inputs": draw(st.lists(_element("inputs"), max_size=2)),
        "outputs": draw(st.lists(_element("outputs"), max_size=2)),
    }


@st.composite
def worlds(draw: st.DrawFn) -> list[Json]:
    """Few instants, seconds apart, so that some reads are skewed."""
    events = draw(st.lists(_event(), min_size=1, max_size=12))
    for event in events:
        event["eventTime"] = iso(START_US + 2_000_000 * draw(st.integers(0, 12)))
    return events


def _id(version: Version) -> str:
    (namespace, name), text = version
    return f"dataset:{namespace}:{name}" + ("" if text is None else f"#{text}")


def _ends(edge: Edge) -> tuple[str, str]:
    ends = (_id(edge.version), f"run:{edge.run}")
    return ends if edge.reads else ends[::-1]


def _expected(world: Provenance, model: Model, focus: Run | Version, up: bool, depth: int) -> Any:
    runs, versions, edges = world.closure(focus, up, depth)
    return (
        sorted((f"run:{run}", model.runs[run].state(world.as_of)) for run in runs),
        sorted((_id(version), world.confirmed(version)) for version in versions),
        sorted((*_ends(one), one.basis, one.binding or "", one.skew) for one in edges),
    )


def _found(answer: Json) -> Any:
    assert (answer["truncated"], answer["frontier"]) == (False, [])
    by_type: dict[str, list[Any]] = {"RUN": [], "DATASET_VERSION": []}
    for node in answer["nodes"]:
        shown = "state" if node["type"] == "RUN" else "confirmed"
        by_type[node["type"]].append((node["id"], node["data"][shown]))
    edges = [
        (one["origin"], one["destination"], one["basis"], one["binding"] or "", one["skew"])
        for one in answer["edges"]
    ]
    return sorted(by_type["RUN"]), sorted(by_type["DATASET_VERSION"]), sorted(edges)


def _nodes(model: Model, world: Provenance) -> list[tuple[str, Run | Version | None]]:
    """Node ids, and what they mean then; None: nothing that was known by then."""
    nodes: list[tuple[str, Run | Version | None]] = [
        (f"run:{run.id}", run if run in world.runs else None)
        for run in model.runs.values()
        if run.own
    ]
    nodes += [(_id((one, None)), world.latest(one)) for one in model.times("dataset")]
    every = Provenance(model)
    known = {edge.version for run in every.runs for edge in every.reads(run).values()}
    known |= {every.write(run, of).version for _, _, run, of in every.writes}
    # Whoever was told of a version asks for it by any name that was emitted.
    emitted = model.times("dataset").keys()
    names = model.aliases(world.as_of)
    texts = {(n, text) for name, text in known for n in names.names(name) & emitted}
    return nodes + [(_id(one), world.asked(one)) for one in sorted(texts, key=str) if one[1]]


async def _compare(product: Service, model: Model, chance: random.Random) -> None:
    instants = [FOREVER, START_US + 8_000_000, START_US + 15_000_000]
    questions = [
        (as_of, node, focus, up, depth)
        for as_of in instants
        for node, focus in _nodes(model, Provenance(model, as_of))
        for up, depth in itertools.product((True, False), (0, 1, 20))
    ]
    for as_of, node, focus, up, depth in chance.sample(questions, min(QUESTIONS, len(questions))):
        given: Json = {"direction": "upstream" if up else "downstream", "depth": depth}
        given |= {} if as_of == FOREVER else {"asOf": iso(as_of)}
        answer = await product.get("/provenance", nodeId=node, **given)
        if focus is None:
            assert answer is None, (node, given)
        else:
            expected = _expected(Provenance(model, as_of), model, focus, up, depth)
            assert _found(answer) == expected, (node, given)


async def _check(database_url: str, events: list[Json], seed: int) -> None:
    bodies = [json.dumps(event).encode() for event in events]
    shuffled = bodies * 2
    random.Random(seed).shuffle(shuffled)
    model = Model(events)
    async with service(database_url) as product:
        for given_bodies, batch, writers in ((bodies, 500, 1), (shuffled, 2, 1), (shuffled, 1, 2)):
            await product.empty()
            await product.write(given_bodies, batch, writers)
            await _compare(product, model, random.Random(seed))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=worlds(), seed=st.integers(0, 2**32 - 1))
def test_provenance_is_that_of_the_model_in_any_order(
    database_url: str, events: list[Json], seed: int
) -> None:
    asyncio.run(_check(database_url, events, seed))
