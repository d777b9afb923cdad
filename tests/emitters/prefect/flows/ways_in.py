# ruff: noqa: PLC0415 - what is imported when is what this is about
"""The ways in that are not the ordinary one; each prints what it found, as JSON."""

import asyncio
import functools
import json
import logging
import sys
from typing import Any


def in_a_loop() -> object:
    """Prefect is imported where its own plugin cannot be; user objects are hostile."""

    async def main() -> object:
        from prefect import flow, task

        from catchment_emitters.prefect import install

        class Odd:
            def __repr__(self) -> str:
                raise RuntimeError("no repr")

            __str__ = __repr__

        installed = [install(), install()]

        @task(cache_policy=None)
        def takes(thing: object, password: str, nested: dict[str, str], big: str) -> int:
            return len(big) if thing and password and nested else 0

        @flow
        async def inside() -> int:
            return takes(Odd(), "hunter2", {"api_key": "hunter2", "b": "c"}, "x" * 1_000_000)

        return [*installed, await inside()]

    return asyncio.run(main())


def among_patchers() -> object:
    """Others wrap the same methods, before us and after us; we come twice."""
    from prefect import flow, task
    from prefect.task_engine import SyncTaskRunEngine

    from catchment_emitters.prefect import install

    seen: list[str] = []

    def patch(name: str, honest: bool) -> None:
        original = SyncTaskRunEngine.set_state

        def set_state(*args: Any, **kwargs: Any) -> Any:
            seen.append(name)
            return original(*args, **kwargs)

        wrapped = functools.wraps(original)(set_state) if honest else set_state
        SyncTaskRunEngine.set_state = wrapped

    patch("before", honest=False)
    install()
    patch("after", honest=True)
    patch("later", honest=False)
    install()

    @task
    def one() -> int:
        return 1

    @flow
    def patched() -> int:
        return one()

    return [patched(), sorted(set(seen))]


def _estrange(engine: Any) -> None:
    """`set_state` is called as ever, and is no method any more."""
    original = engine.set_state
    engine.set_state = property(lambda self: functools.partial(original, self))


def _hide_arguments(kind: Any) -> None:
    original = kind.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)

    kind.__init__ = init


def by_hooks() -> object:
    """Engines that look different: `set_state` is no method any more."""
    from prefect import flow, task
    from prefect.flow_engine import FlowRunEngine
    from prefect.task_engine import SyncTaskRunEngine

    from catchment_emitters.prefect import install

    for engine in (SyncTaskRunEngine, FlowRunEngine):
        _estrange(engine)
    installed = [install(), install()]

    @task
    def one() -> int:
        return 1

    @task
    def fails() -> None:
        raise ValueError("no")

    @flow
    def hooked(n: int) -> int:
        fails(return_state=True)
        return one() + n

    return [*installed, hooked(1)]


def nowhere() -> object:
    """No hooks either: nothing is heard, nothing is broken."""
    import prefect
    from prefect import flow
    from prefect.flow_engine import FlowRunEngine
    from prefect.task_engine import SyncTaskRunEngine

    from catchment_emitters.prefect import install

    for engine in (SyncTaskRunEngine, FlowRunEngine):
        _estrange(engine)
    for kind in (prefect.Task, prefect.Flow):
        _hide_arguments(kind)

    @flow
    def unheard() -> int:
        return 1

    return [install(), unheard()]


def off() -> object:
    """Disabled, or nowhere to send to: the engines are as Prefect made them."""
    from prefect import flow
    from prefect.flow_engine import FlowRunEngine

    from catchment_emitters.prefect import install
    from catchment_emitters.prefect.tap import is_tapped

    @flow
    def quiet() -> int:
        return 1

    return [install(), is_tapped(FlowRunEngine.set_state), quiet()]


if __name__ == "__main__":
    logging.basicConfig(format="OURS %(message)s")
    print(json.dumps(globals()[sys.argv[1]]()))
