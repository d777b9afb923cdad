"""From what Pydantic found to problems: a JSON pointer, and a short sentence for a person."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from catchment.errors import Problem
from catchment.events.strict.kinds import FORMATS

_KEY_CHARS_MAX = 1_024
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),  # which Python takes for numbers
    (str, "a string"),
    (int, "a number"),
    (float, "a number"),
    (list, "an array"),
    (dict, "an object"),
)
_WANTED = {
    "dict_type": "an object",
    "list_type": "an array",
    "string_type": "a string",
    "bool_type": "true or false",
    "integer": "an integer",
    "number": "a number",
}
Found = Any
"""One entry of `ValidationError.errors()`."""
_SAYS: dict[str, Callable[[Found], str]] = {
    "missing": lambda _: "missing",
    "literal_error": lambda found: f"must be {found['ctx']['expected'].replace(chr(39), '`')}",
    "string_pattern_mismatch": lambda found: FORMATS[found["ctx"]["pattern"]],
    "string_too_short": lambda _: "must not be empty",
    "string_too_long": lambda found: f"longer than {found['ctx']['max_length']:,} characters",
    "extra_forbidden": lambda _: "no member may be here that the schema does not name",
}


def problems_in(error: ValidationError) -> list[Problem]:
    """All that was found, in the order of the models."""
    return [
        Problem(pointer(found["loc"]), _reason(found)) for found in error.errors(include_url=False)
    ]


def pointer(place: tuple[str | int, ...]) -> str:
    """The JSON pointer (RFC 6901) of a place; choices, which are below zero, are no part of it."""
    return "".join(
        f"/{step if isinstance(step, int) else _escaped(step)}"
        for step in place
        if isinstance(step, str) or step >= 0
    )


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")[:_KEY_CHARS_MAX]


def _reason(found: Found) -> str:
    kind = found["type"]
    wanted = _WANTED.get(kind)
    if wanted is not None:
        return f"must be {wanted}, not {_kind(found['input'])}"
    say = _SAYS.get(kind)
    return say(found) if say else str(found["msg"])


def _kind(value: object) -> str:
    if isinstance(value, float) and not value.is_integer():
        return "a number with a fraction"
    return next((says for kind, says in _KINDS if isinstance(value, kind)), "null")
