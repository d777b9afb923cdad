"""The way by Prefect's public state hooks, for engines that look different from those we know.

They tell nothing of parameters or retries, and tasks have none for crashes; Prefect logs two lines
for each call.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from catchment_emitters.core.emitter import emitter
from catchment_emitters.prefect.listening import Listener, tell

_HOOKS = ("on_running", "on_completion", "on_failure", "on_crashed", "on_cancellation")
_MARK = "_catchment_hooks"
_listeners: dict[str, Listener] = {}


def listen_by_hooks(of: str, listener: Listener) -> None:
    """Add our hooks to every task or flow made from here on. `of`: "task" or "flow"."""
    import prefect

    kind = getattr(prefect, of.capitalize())
    original = kind.__init__
    _listeners[of] = listener
    if getattr(original, _MARK, False):
        return
    known = [name for name in _HOOKS if name in inspect.signature(original).parameters]
    if "on_completion" not in known:
        raise TypeError(f"{kind.__name__} takes no hooks")
    hook = {"task": task_hook, "flow": flow_hook}[of]

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        try:
            for name in known:
                _append(self, f"{name}_hooks", hook)
        except Exception as error:
            emitter().warn(f"a Prefect {of} could not be given hooks", error)

    setattr(init, _MARK, True)
    kind.__init__ = init


def _append(thing: Any, attribute: str, hook: Callable[..., None]) -> None:
    there = getattr(thing, attribute) or []
    if hook not in there:
        setattr(thing, attribute, [*there, hook])


# Of the module, so that tasks can be pickled.
def task_hook(task: Any, task_run: Any, state: Any) -> None:
    """Tell of a task's state."""
    _tell("task", task, task_run, state)


def flow_hook(flow: Any, flow_run: Any, state: Any) -> None:
    """Tell of a flow's state."""
    _tell("flow", flow, flow_run, state)


def _tell(of: str, thing: Any, run: Any, state: Any) -> None:
    listener = _listeners.get(of)
    if listener is not None:
        tell(listener, of, lambda: (thing, run, None, state))
