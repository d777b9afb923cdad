"""Coroutines and generators that are runs: what is theirs, and what is their reader's."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest

from catchment_emitters import lineage
from catchment_emitters.core.context import CONTEXT
from tests.emitters.plain.conftest import Told


class Refused(Exception):
    """What is thrown into a generator."""


async def test_coroutines(told: Told) -> None:
    @lineage.job
    async def child(n: int) -> int:
        await asyncio.sleep(0.001 * n)
        lineage.output(f"/data/{n}", rows=n)
        return n

    async with lineage.run("all") as run:
        assert await asyncio.gather(*[child(n) for n in range(5)]) == [0, 1, 2, 3, 4]
    ends = [one for one in told.events() if one["eventType"] == "COMPLETE"]
    for end in ends[:-1]:
        (parameter,) = end["run"]["facets"]["executionParameters"]["parameters"]
        number = parameter["value"]
        assert end["run"]["facets"]["parent"]["run"]["runId"] == run.run_id
        assert [one["name"] for one in end["outputs"]] == [f"/data/{number}"]


async def test_a_cancelled_coroutine_is_aborted(told: Told) -> None:
    @lineage.job
    async def waits() -> None:
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waits(), 0.01)
    assert told.kinds() == ["START", "ABORT"]
    assert asyncio.iscoroutinefunction(waits)


@lineage.job
def generates(n: int) -> Generator[Any, Any, str]:
    for i in range(n):
        lineage.input(f"/part/{i}", version=i)
        try:
            yield (i, lineage.environment()[CONTEXT])
        except Refused:
            yield "refused"
    return "end"


def test_a_generator_is_a_run_of_its_own_steps_only(told: Told) -> None:
    with lineage.run("reader") as reader:
        first, second = generates(2), generates(2)
        assert told.kinds() == ["START"]
        for one, two in zip(first, second, strict=True):
            # What goes on between steps is the reader's.
            assert lineage.environment()[CONTEXT] == reader.environment()[CONTEXT]
            assert one[1] != two[1]
    assert told.kinds() == ["START", "START", "START", "COMPLETE", "COMPLETE", "COMPLETE"]
    ends = told.events()[3:5]
    assert [[i["name"] for i in end["inputs"]] for end in ends] == [["/part/0", "/part/1"]] * 2


def test_a_generator_takes_what_is_sent_and_thrown(told: Told) -> None:
    steps = generates(1)
    next(steps)
    assert steps.throw(Refused()) == "refused"
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == "end"
    unread = generates(3)
    next(unread)
    unread.close()
    failing = generates(1)
    next(failing)
    with pytest.raises(ValueError, match="thrown"):
        failing.throw(ValueError("thrown"))
    assert told.kinds() == ["START", "COMPLETE", "START", "ABORT", "START", "FAIL"]


async def test_asynchronous_generators(told: Told) -> None:
    @lineage.job
    async def steps(n: int) -> AsyncGenerator[Any, str | None]:
        for i in range(n):
            await asyncio.sleep(0)
            lineage.input(f"/part/{i}", version=i)
            got: str | None = None
            try:
                got = yield i
            except Refused:
                got = yield "refused"
            if got:
                lineage.input(f"/sent/{got}")

    assert [one async for one in steps(2)] == [0, 1]
    assert [one["name"] for one in told.last()["inputs"]] == ["/part/0", "/part/1"]
    speaks: Any = steps(1)
    await speaks.__anext__()
    assert await speaks.athrow(Refused()) == "refused"
    with pytest.raises(StopAsyncIteration):
        await speaks.asend("x")
    assert [one["name"] for one in told.last()["inputs"]] == ["/part/0", "/sent/x"]
    unread: Any = steps(3)
    await unread.__anext__()
    await unread.aclose()
    assert told.kinds() == ["START", "COMPLETE"] * 2 + ["START", "ABORT"]
