"""Property: whatever jobs call, yield, await and raise, their events are a tree of runs."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catchment_emitters import lineage
from tests.emitters.plain.conftest import Telling

EXAMPLES = 1_000 if os.environ.get("CATCHMENT_TEST_PROFILE") == "long" else 60


class Failed(Exception):
    """What a call raises, or lets through."""


@dataclass(frozen=True)
class Call:
    """A call of a job of some kind, the calls within it, and how it ends."""

    kind: str
    parts: tuple["Call", ...]
    raises: type[BaseException] | None
    catches: bool


RAISED = st.sampled_from([None, None, Failed, KeyboardInterrupt, asyncio.CancelledError])
LEAVES = st.sampled_from(["sync", "generator", "block"])
CALLS = st.recursive(
    st.builds(Call, LEAVES, st.just(()), RAISED, st.booleans()),
    lambda inner: st.builds(
        Call,
        st.sampled_from(["sync", "generator", "block", "async", "async generator"]),
        st.lists(inner, max_size=3).map(tuple),
        RAISED,
        st.booleans(),
    ),
    max_leaves=8,
)  # fmt: skip


def body(call: Call, path: str) -> None:
    """What every kind of job does: its parts, then its end."""
    lineage.input(("of", path))
    for n, part in enumerate(call.parts):
        try:
            perform(part, f"{path}/{n}")
        except (Failed, KeyboardInterrupt, asyncio.CancelledError):
            if not call.catches:
                raise
    if call.raises is not None:
        raise call.raises


@lineage.job("sync")
def as_function(call: Call, path: str) -> None:
    body(call, path)


@lineage.job("generator")
def as_generator(call: Call, path: str) -> Iterator[int]:
    yield 1
    body(call, path)
    yield 2


@lineage.job("async")
async def as_coroutine(call: Call, path: str) -> None:
    await asyncio.sleep(0)
    body(call, path)


@lineage.job("async generator")
async def as_async_generator(call: Call, path: str) -> AsyncIterator[int]:
    yield 1
    body(call, path)
    yield 2


def drive(coroutine: Any) -> None:
    """Run a coroutine without a loop: it only ever yields to one."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration:
            return


async def read(steps: AsyncIterator[int]) -> None:
    async for _ in steps:
        pass


def perform(call: Call, path: str) -> None:
    if call.kind == "sync":
        as_function(call, path)
    elif call.kind == "generator":
        list(as_generator(call, path))
    elif call.kind == "async":
        drive(as_coroutine(call, path))
    elif call.kind == "async generator":
        drive(read(as_async_generator(call, path)))
    else:
        with lineage.run("block"):
            body(call, path)


def outcome(call: Call) -> type[BaseException] | None:
    """What the call raises, by the rules of Python alone."""
    for part in call.parts:
        raised = outcome(part)
        if raised is not None and not call.catches:
            return raised
    return call.raises


def reached(call: Call, path: str) -> dict[str, Call]:
    """All calls that take place, by their paths."""
    found = {path: call}
    for n, part in enumerate(call.parts):
        found |= reached(part, f"{path}/{n}")
        if outcome(part) is not None and not call.catches:
            break
    return found


KINDS: dict[type[BaseException] | None, str] = {
    None: "COMPLETE",
    Failed: "FAIL",
    KeyboardInterrupt: "ABORT",
    asyncio.CancelledError: "ABORT",
}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(CALLS)
def test_events_are_those_of_a_tree(telling: Telling, call: Call) -> None:
    told = telling()
    raised = outcome(call)
    if raised is None:
        perform(call, "0")
    else:
        with pytest.raises(raised):
            perform(call, "0")
    assert lineage.environment() == {}
    expected = reached(call, "0")
    events = told.events()
    paths: dict[str, str] = {}
    for event in events:
        if event["eventType"] != "START":
            paths[event["run"]["runId"]] = event["inputs"][0]["name"]
            assert len(event["inputs"]) == 1
    assert sorted(paths.values()) == sorted(expected)
    assert len(events) == 2 * len(expected)
    seen: dict[str, Any] = {}
    for event in events:
        run_id = event["run"]["runId"]
        path = paths[run_id]
        call = expected[path]
        assert event["job"]["name"] == call.kind
        parent = event["run"]["facets"].get("parent")
        if path == "0":
            assert parent is None
        else:
            assert paths[parent["run"]["runId"]] == path.rpartition("/")[0]
            assert paths[parent["root"]["run"]["runId"]] == "0"
        if run_id not in seen:
            assert event["eventType"] == "START"
            seen[run_id] = event
        else:
            assert event["eventType"] == KINDS[outcome(call)]
            assert event["eventTime"] > seen.pop(run_id)["eventTime"]
    assert seen == {}
