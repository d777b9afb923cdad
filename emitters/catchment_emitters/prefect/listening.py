"""Who is told of states, by whichever way these are heard of. Nothing here raises into a run."""

from collections.abc import Callable
from typing import Any

from catchment_emitters.core.emitter import emitter

Listener = Callable[[Any, Any, Any, Any], None]
"""Is told the task or flow, its run, its parameters (or None), and the state that was set."""


def tell(listener: Listener, of: str, read: Callable[[], tuple[Any, Any, Any, Any]]) -> None:
    """Tell a listener what `read` finds. `of`: "task" or "flow"."""
    try:
        listener(*read())
    except Exception as error:
        emitter().warn(f"a state of a Prefect {of} run was not understood", error)
