"""Flows and tasks of most kinds, in one run of one script."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_link_artifact
from prefect.cache_policies import INPUTS
from prefect.states import Failed


@task(tags=["nightly"], description="One more.")
def add(x: int, y: int = 1) -> int:
    return x + y


@task
def pair(x: int) -> list[int]:
    return [x, x]


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@task
async def add_async(x: int) -> int:
    await asyncio.sleep(0)
    return x + 1


@task
def items() -> Iterator[int]:
    yield from (1, 2)


@task(retries=2)
def shaky(tries: list[int]) -> int:
    tries.append(0)
    if len(tries) < 2:
        raise RuntimeError("not yet")
    return len(tries)


@task(cache_policy=INPUTS, persist_result=True)
def remembered(x: int) -> int:
    return x * 10


@task
def outer_task(x: int) -> int:
    return add(x)


@task
def fails() -> None:
    raise ValueError("it was the colon: %s")


@task(timeout_seconds=0.2)
def slow() -> None:
    time.sleep(5)


@task
def says_failed() -> Any:
    return Failed(message="I say so")


@flow
def innermost(x: int) -> int:
    return add(x)


@flow(description="A flow that another calls.")
def inner(x: int) -> int:
    return innermost(x) + add(x)


@task
def calls_flow(x: int) -> int:
    return inner(x)


@flow(name="kinds", description="Most kinds.")
def main(n: int, password: str) -> int:
    assert password
    add(n)
    second = add.submit(add.submit(n))
    mapped = add.map([1, 2, 3])
    third = add.submit(5, wait_for=[second])
    total(pair(n))
    for item in items():
        add(item)
    shaky([])
    remembered(n)
    remembered(n)
    outer_task(n)
    inner(n)
    calls_flow(n)
    create_link_artifact(key="board", link="https://boards.example.org/7", link_text="Board")
    assert fails(return_state=True).is_failed()
    assert slow(return_state=True).name == "TimedOut"
    assert says_failed(return_state=True).is_failed()
    return second.result() + third.result() + sum(mapped.result())


@flow
async def many() -> list[int]:
    return list(await asyncio.gather(*(add_async(x) for x in range(3))))


@flow
def broken() -> None:
    fails()


@flow
def typed(n: int) -> int:
    return n


@flow(retries=1)
def second_time(tries: list[int]) -> int:
    tries.append(0)
    if len(tries) == 1:
        raise RuntimeError("the first time")
    return 1


@flow
def generated() -> Iterator[int]:
    yield from (1, 2)


if __name__ == "__main__":
    print(main(1, password="hunter2"))
    print(asyncio.run(many()))
    print(broken(return_state=True).type.value)
    print(typed("x", return_state=True).type.value)
    print(second_time([]))
    print(list(generated()))
    print(add(1))
    print(outer_task(1))
