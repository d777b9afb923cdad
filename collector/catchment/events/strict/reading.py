"""From bytes to a tree of values, and what of the JSON itself a strict reader does not take.

Finds what parsers let pass: NaN and Infinity, lone surrogates, and members that occur twice. The
hooks are told nothing of the place, so they leave a mark, and only what is marked is searched.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from catchment.errors import NotJson, Problem, TooLarge
from catchment.events import splitter, text
from catchment.events.strict.wording import pointer

MEMBERS_MAX = 250_000
"""Of members and elements: were each of them wrong, to list them all would take 300 MB."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*"', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
Place = tuple[str | int, ...]


class _Twice(dict[str, Any]):
    """An object in which some members occur twice."""

    names: tuple[str, ...] = ()


class _NoNumber(float):
    """NaN or an infinity, as it was written."""

    written: str = ""


def read(body: bytes, depth_max: int) -> tuple[Any, Iterator[Problem]]:
    """The value, and what is wrong with how it is written.

    Raises:
        NotJson: not UTF-8, or not JSON.
        TooLarge: nested too deeply, or of too many members.
    """
    body = text.strip(body)
    text.require_utf8(body)
    text.require_depth(body, depth_max)
    _require_few(body)
    odd: list[str] = []
    try:
        tree = _decoder(odd).decode(body.decode())
    except ValueError:
        raise _why_not(body) from None
    if b"\\u" in body and splitter.unusual(body):
        odd.append("a surrogate, which need not be lone")
    return tree, _oddities(tree, ()) if odd else iter(())


def tree(body: bytes) -> Any:
    """The value that canonical JSON spells, as far as models look at it."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return _decoder([]).decode(body.decode())


def _decoder(odd: list[str]) -> json.JSONDecoder:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        odd.append("twice")
        times = Counter(name for name, _ in pairs)
        marked = _Twice(members)
        marked.names = tuple(name for name, count in times.items() if count > 1)
        return marked

    def no_number(written: str) -> float:
        odd.append(written)
        marked = _NoNumber(written.replace("Infinity", "inf"))
        marked.written = written
        return marked

    return json.JSONDecoder(
        object_pairs_hook=unique, parse_constant=no_number, parse_int=_leading_digits
    )


def _leading_digits(written: str) -> int:
    """Enough to know an integer by; Python takes no number of thousands of digits."""
    return int(written[:20])


def _require_few(body: bytes) -> None:
    if body.count(b",") > MEMBERS_MAX and _STRING.sub(b"", body).count(b",") > MEMBERS_MAX:
        reason = f"more than {MEMBERS_MAX:,} members and elements, too many to be checked"
        raise TooLarge(f"The event has {reason}.", [Problem("", reason)])


def _why_not(body: bytes) -> NotJson:
    try:
        end = splitter.value_end(body, 0)
        reason = f"not JSON: something follows the value at byte {end}"
    except NotJson as error:
        reason = str(error).removeprefix("The body is ").removesuffix(".")
    return NotJson(f"The body is {reason}.", [Problem("", reason)])


def _oddities(value: Any, place: Place) -> Iterator[Problem]:
    if isinstance(value, dict):
        if isinstance(value, _Twice):
            yield from (Problem(pointer((*place, name)), "occurs twice") for name in value.names)
        for name, member in value.items():
            if _SURROGATE.search(name):
                yield Problem(pointer((*place, name)), "a name with a lone surrogate")
            yield from _oddities(member, (*place, name))
    elif isinstance(value, list):
        for n, element in enumerate(value):
            yield from _oddities(element, (*place, n))
    elif isinstance(value, _NoNumber):
        yield Problem(pointer(place), f"{value.written} is no number of JSON")
    elif isinstance(value, str) and _SURROGATE.search(value):
        yield Problem(pointer(place), "a lone surrogate, which no text can hold")
