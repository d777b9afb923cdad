"""Small worlds made by hand, asked after their events came in every order that is tried."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from tests.property.service import Service, service

Json = dict[str, Any]
Ask = Callable[[Service], Awaitable[Any]]
FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
_ORDERS = 4


def run_id(number: int) -> str:
    """The id of a run of these worlds."""
    return f"0190a000-0000-7000-8000-{number:012d}"


def dataset(name: str, **facets: Json) -> Json:
    """A dataset as events name it; facets without what every facet has."""
    whole = {key: FACET | facet for key, facet in facets.items()}
    return {"namespace": "db", "name": name} | ({"facets": whole} if whole else {})


def versioned(name: str, version: str) -> Json:
    """A dataset whose version the event names."""
    return dataset(name, version={"datasetVersion": version})


def typed(kind: str, name: str = "job", **emission: str) -> Json:
    """A job of a type; with how its events are meant, if that is said."""
    facet: Json = FACET | {"processingType": kind, "integration": "TESTS"}
    if emission:
        facet["emissionPattern"] = emission
    return {"namespace": "tests", "name": name, "facets": {"jobType": facet}}


def happened(
    kind: str,
    run: int,
    at: str,
    job: str = "job",
    inputs: list[Json] | None = None,
    outputs: list[Json] | None = None,
    **members: Any,
) -> Json:
    """A run event at a time of one day."""
    return {
        "eventType": kind,
        "eventTime": f"2026-03-01T{at}Z",
        "producer": "https://example.org/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run)},
        "job": {"namespace": "tests", "name": job},
        "inputs": inputs or [],
        "outputs": outputs or [],
    } | members


def asked(database_url: str, events: list[Json], ask: Ask) -> Any:
    """What a world answers; the same, however its events came in."""
    return asyncio.run(_asked(database_url, events, ask))


async def _asked(database_url: str, events: list[Json], ask: Ask) -> Any:
    answers = []
    async with service(database_url) as product:
        for seed in range(_ORDERS):
            bodies = [json.dumps(event).encode() for event in events]
            if seed:
                random.Random(seed).shuffle(bodies)
            await product.empty()
            await product.write(bodies, batch=(500, 1, 2, 3)[seed], writers=1 + seed % 2)
            answers.append(await ask(product))
    assert answers[1:] == answers[:-1]
    return answers[0]
