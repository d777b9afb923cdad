"""What a Prefect state is in OpenLineage: the type of event, and what is said of it."""

import traceback
from datetime import UTC, datetime
from typing import Any

from catchment_emitters.core.events import ABORT, COMPLETE, FAIL, RUNNING, now
from catchment_emitters.core.facets import Facet, custom, error_message, safe_text

# Without those that are no news of data: PENDING, SCHEDULED, PAUSED, CANCELLING. A RUNNING state
# that is a run's first is its START.
_KINDS = {
    "RUNNING": RUNNING,
    "COMPLETED": COMPLETE,
    "FAILED": FAIL,
    "CRASHED": FAIL,
    "CANCELLED": ABORT,
}
_MESSAGE_CHARACTERS_MAX = 1_000


def kind_of(state: Any) -> str | None:
    """RUNNING, COMPLETE, FAIL or ABORT; None if there is nothing to tell."""
    kind = state.type
    return _KINDS.get(str(getattr(kind, "value", kind)))


def time_of(state: Any) -> str:
    """When the state was entered: the same for the same state, whoever tells of it."""
    return rfc3339(state.timestamp) or now()


def rfc3339(at: Any) -> str | None:
    """A time of Prefect's, if it is one, in UTC with microseconds."""
    if not isinstance(at, datetime):
        return None
    # Not strftime, which takes ten times as long.
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def is_cached(state: Any) -> bool:
    """Whether the task did not run because its result was there already."""
    return bool(state.name == "Cached")


def state_facet(state: Any, attempts: int) -> Facet:
    """`prefect_state`: name, type, how often the run began, and the key of a cached result."""
    said: dict[str, Any] = {
        "name": str(state.name),
        "type": str(getattr(state.type, "value", state.type)),
        "run_count": attempts,
    }
    if state.message and not isinstance(error_of(state), BaseException):
        said["message"] = str(state.message)[:_MESSAGE_CHARACTERS_MAX]
    if is_cached(state):
        said["cached"] = True
        key = getattr(getattr(state.data, "metadata", None), "storage_key", None)
        if isinstance(key, str):
            said["cache_key"] = key
    return custom("RunFacet", **said)


def error_facet(state: Any) -> Facet | None:
    """`errorMessage`, with the traceback of the exception if the state has it."""
    error = error_of(state)
    if error is None:
        return error_message(str(state.message or state.name))
    text, message = safe_text(error), str(state.message or "")
    said = f"{type(error).__name__}: {text}"
    # Prefect's message quotes the exception, except of timeouts and crashes.
    if message and text not in message:
        said = f"{message}: {said}"
    return error_message(said, "".join(traceback.format_exception(error)))


def error_of(state: Any) -> BaseException | None:
    """The exception that a state holds."""
    data = state.data
    if isinstance(data, BaseException):
        return data
    result = getattr(data, "result", None)
    return result if isinstance(result, BaseException) else None
