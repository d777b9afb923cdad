"""What a strict reader says of an event: the models of OpenLineage 2-0-2 and of all its facets.

The models are TypedDicts, because these say required and optional as the spec does, and take names
such as `_producer` and `schema`. Knows nothing of what the graph makes of an event.
"""

from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from pydantic import TypeAdapter, ValidationError

from catchment.errors import NotJson, Problem, TooLarge
from catchment.events.limits import Limits
from catchment.events.strict.envelope import DatasetEvent, Event, JobEvent, RunEvent
from catchment.events.strict.reading import read
from catchment.events.strict.wording import problems_in

_LIMITS = Limits()
# By shape, in this order: what schemaURL says is not reliable.
_KINDS: tuple[tuple[str, TypeAdapter[Any]], ...] = (
    ("run", TypeAdapter(RunEvent)),
    ("job", TypeAdapter(JobEvent)),
    ("dataset", TypeAdapter(DatasetEvent)),
)
_ANY: TypeAdapter[Any] = TypeAdapter(Event)


def problems_of(body: bytes, limits: Limits = _LIMITS) -> tuple[Problem, ...]:
    """All that is wrong with one event, at most `problems_max` of it; nothing if it is valid."""
    try:
        event, oddities = read(body, limits.depth_max)
    except (NotJson, TooLarge) as error:
        return error.problems or (Problem("", str(error).removesuffix(".")),)
    return bounded(chain(oddities, _broken_rules(event)), limits)


def _broken_rules(event: object) -> Iterable[Problem]:
    if not isinstance(event, dict):
        return (Problem("", "must be an object"),)
    model = next((model for key, model in _KINDS if event.get(key) is not None), None)
    found = [] if model else [Problem("", "neither run, job nor dataset")]
    try:
        (model or _ANY).validate_python(event, strict=True)
    except ValidationError as error:
        found.extend(problems_in(error))
    return found


def bounded(problems: Iterable[Problem], limits: Limits) -> tuple[Problem, ...]:
    """As many of them as may be listed, and whether there are more."""
    kept = tuple(islice(problems, limits.problems_max + 1))
    if len(kept) <= limits.problems_max:
        return kept
    return (*kept[:-1], Problem("", "more problems, which are not listed (problems_max)"))
