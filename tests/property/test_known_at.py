"""What was answered when an entry was the last of the log is answered ever after, byte for byte."""

import asyncio
import itertools
import json
import os
import random
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catchment.lineage.keys import dataset_name
from catchment.lineage.ports import ControlEntry, Kind
from tests.property.service import Service, segment, service
from tests.property.strategies import DATASETS, RUNS, START_S, Json, event_sets
from tests.property.test_provenance import worlds
from tests.reference_model.facts import iso

QUESTIONS = 3
EXAMPLES = 150 if os.environ.get("CATCHMENT_TEST_PROFILE") == "long" else 4
LATER = "2099-01-01T00:00:00Z"
Question = tuple[str, Json]


def _derived(run: str, name: tuple[str, str]) -> str:
    both = zip(UUID(run).bytes, dataset_name(*name).key, strict=True)
    return str(UUID(bytes=bytes(a ^ b for a, b in both)))


def _questions() -> list[Question]:
    """Everything that can be asked about these worlds."""
    texts = [None, "v1", *(_derived(run, DATASETS[0]) for run in RUNS[:2])]
    nodes = [f"run:{run}" for run in RUNS]
    for namespace, name in DATASETS:
        nodes += [f"dataset:{namespace}:{name}" + (f"#{text}" if text else "") for text in texts]
    ways = itertools.product(
        nodes, ("upstream", "downstream"), (0, 1, 20), (None, iso((START_S + 8) * 1_000_000))
    )
    found: list[Question] = [
        ("/provenance", {"nodeId": node, "direction": way, "depth": depth, "asOf": as_of})
        for node, way, depth, as_of in ways
    ]
    found += [(f"/jobs/runs/{run}", {}) for run in RUNS] * 10
    for namespace, name in DATASETS:
        path = f"/namespaces/{segment(namespace)}/datasets/{segment(name)}/versions"
        found += [(path, {}), (f"{path}/v1", {}), (path, {"limit": 1, "offset": 1})] * 4
    return found


def _of(questions: list[Question], chance: random.Random) -> list[Question]:
    """Some of them, of each kind."""
    kinds = ("/provenance", "/jobs", "/namespaces")
    by_kind = [[one for one in questions if one[0].startswith(kind)] for kind in kinds]
    return [one for some in by_kind for one in chance.sample(some, QUESTIONS)]


async def _answer(product: Service, question: Question, known_at: int | None) -> tuple[int, str]:
    path, params = question
    answer = await product.ask(path, knownAt=known_at, **params)
    if known_at is not None and answer.status_code == 200:
        assert answer.headers["X-Catchment-Known-At"] == str(known_at)
    return answer.status_code, answer.text.replace(f'"knownAt":{known_at}', '"knownAt":null')


async def _check(database_url: str, entries: list[bytes | ControlEntry], seed: int) -> None:
    chance = random.Random(seed)
    questions = _questions()
    remembered: list[tuple[int, Question, tuple[int, str]]] = []
    async with service(database_url) as product:
        await product.empty()
        for entry in entries:
            await product.add(entry)
            seq = await product.head() - 1
            for question in _of(questions, chance):
                remembered.append((seq, question, await _answer(product, question, None)))
        for seq, question, answer in remembered:
            assert await _answer(product, question, seq) == answer, (seq, question)


@st.composite
def _histories(draw: st.DrawFn) -> list[bytes | ControlEntry]:
    """Events of both kinds of worlds, some of them of a later time, and some deletes."""
    events = draw(worlds()) + draw(event_sets(8))
    parents: Json = {}
    entries: list[bytes | ControlEntry] = []
    for event in draw(st.permutations(events)):
        if "run" in event:
            # Whose parent was another one once is not known to have named it (meaning.md).
            facets = event["run"]["facets"]
            parent = parents.setdefault(event["run"]["runId"], facets.get("parent"))
            facets.pop("parent", None)
            facets |= {"parent": parent} if parent else {}
        late = {"eventTime": LATER} if draw(st.integers(0, 9)) == 0 else {}
        entries.append(json.dumps(event | late).encode())
        if draw(st.integers(0, 7)) == 0:
            namespace, name = draw(st.sampled_from(DATASETS))
            deleted = {"of": "dataset", "namespace": namespace, "name": name}
            entries.append(ControlEntry(Kind.DELETE, json.dumps(deleted).encode()))
    return entries


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(entries=_histories(), seed=st.integers(0, 2**32 - 1))
def test_what_was_known_does_not_change(
    database_url: str, entries: list[bytes | ControlEntry], seed: int
) -> None:
    asyncio.run(_check(database_url, entries, seed))
