"""Where states are heard of: `set_state` of Prefect's engines, or its public hooks.

Each engine sets each state of its run through this one method, and has the task or flow, its run
and its parameters at hand. A Prefect whose engines look different is listened to through state
hooks, which see less; without these it is left alone. Either is said once.
"""

import functools
import importlib
import inspect
import logging
from typing import Any, NamedTuple

from catchment_emitters.core.active import provide
from catchment_emitters.core.emitter import emitter
from catchment_emitters.prefect.listening import Listener, tell

log = logging.getLogger("catchment_emitters")

MARK = "_catchment_tap"
# Of what is listened to by hooks, whether that went well: decided, and said, once.
_by_hooks: dict[str, bool] = {}


class _Kind(NamedTuple):
    """What there is to tap of one sort of run; of `optional`, older Prefects have none."""

    module: str
    engines: tuple[str, ...]
    optional: tuple[str, ...]
    of: str  # "task" or "flow": the attribute of the engine; its run is `<of>_run`


_TASKS = _Kind("prefect.task_engine", ("SyncTaskRunEngine", "AsyncTaskRunEngine"), (), "task")
_FLOWS = _Kind("prefect.flow_engine", ("FlowRunEngine",), ("AsyncFlowRunEngine",), "flow")


def tap() -> bool:
    """Listen to all runs; whether that is possible, at least of flows or of tasks."""
    from catchment_emitters.prefect.links import listen_to_links
    from catchment_emitters.prefect.observe import flow_state, task_state
    from catchment_emitters.prefect.runs import going_on_here

    # Both are tried, whatever becomes of the first.
    listening = [_listen(_TASKS, task_state), _listen(_FLOWS, flow_state)]
    if not any(listening):
        return False
    provide(going_on_here)
    try:
        listen_to_links()
    except Exception as error:
        emitter().warn("link artifacts of Prefect are not heard of", error)
    return True


def _listen(kind: _Kind, listener: Listener) -> bool:
    if kind.of in _by_hooks:
        return _by_hooks[kind.of]
    try:
        engines = _engines(kind)
    except Exception as error:
        log.warning("Prefect's %s engines are not as expected (%s): its hooks are used instead, "
                    "which see less", kind.of, error)  # fmt: skip
        _by_hooks[kind.of] = _hook(kind, listener)
        return _by_hooks[kind.of]
    for engine in engines:
        _wrap(engine, kind.of, listener)
    return True


def _engines(kind: _Kind) -> list[type]:
    """Those that are as expected, all of them or an error that says why not."""
    module = importlib.import_module(kind.module)
    found: list[type] = [getattr(module, name) for name in kind.engines]
    found += [getattr(module, name) for name in kind.optional if hasattr(module, name)]
    for engine in found:
        # As the engines call it; whoever has wrapped it may have named its arguments otherwise.
        inspect.signature(engine.set_state).bind(engine, None, force=True)  # type: ignore[attr-defined]
    return found


def _hook(kind: _Kind, listener: Listener) -> bool:
    from catchment_emitters.prefect.hooks import listen_by_hooks

    try:
        listen_by_hooks(kind.of, listener)
    except Exception as error:
        log.warning("no lineage from Prefect's %ss: %s", kind.of, error)
        return False
    return True


def _wrap(engine: Any, of: str, listener: Listener) -> None:
    original = engine.set_state
    if is_tapped(original):
        return

    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def set_state(self: Any, *args: Any, **kwargs: Any) -> Any:
            state = await original(self, *args, **kwargs)
            tell(listener, of, lambda: _heard(self, of, state))
            return state

    else:

        @functools.wraps(original)
        def set_state(self: Any, *args: Any, **kwargs: Any) -> Any:
            state = original(self, *args, **kwargs)
            tell(listener, of, lambda: _heard(self, of, state))
            return state

    setattr(set_state, MARK, True)
    engine.set_state = set_state


def is_tapped(function: Any) -> bool:
    """Whether this calls a tap of ours, perhaps under what others wrapped around it."""
    while function is not None:
        if getattr(function, MARK, False):
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def _heard(engine: Any, of: str, state: Any) -> tuple[Any, Any, Any, Any]:
    return getattr(engine, of), getattr(engine, f"{of}_run"), engine.parameters, state
