"""The slow and tolerant way to take JSON apart, for what the fast decoder refuses.

Iterative, linear, bounded by what was checked before (`text.require_depth`). Takes NaN, Infinity
and lone surrogates; answers slices, so that nothing is lost or changed. No pattern looks further
than a window: while one runs, no other thread does.
"""

import json
import re

import msgspec

from catchment.errors import NotJson, TooLarge

_SPACE = re.compile(rb"[ \t\n\r]*")
_WINDOW_BYTES = 64 * 1024
# Only repeats of one character are possessive: of groups, CPython before 3.11.5 gets them wrong. No
# branch can begin as another does, so that all of these are linear all the same.
_STRICT_INSIDE = re.compile(
    rb'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*'
)
_ROUGH_INSIDE = re.compile(rb'[^"\\]*+(?:\\[\s\S][^"\\]*+)*')
_SCALAR = re.compile(
    rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z.+-])"
    rb"|(?:true|false|null|NaN|-?Infinity)(?![0-9A-Za-z])"
)
# Whole strings count as what stands between brackets.
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{},]++|"[^"\\]*+(?:\\[\s\S][^"\\]*+)*")*')
# Each level costs memory; an event is refused far below this.
_ROUGH_DEPTH_MAX = 1_000_000
_CLOSING = {0x5B: 0x5D, 0x7B: 0x7D}


def _fail(where: int, what: str) -> NotJson:
    return NotJson(f"The body is not JSON: {what} at byte {where}.")


def members(raw: bytes) -> dict[str, bytes]:
    """The members of an object: decoded key -> slice of the value. Of equal keys the last.

    Raises:
        NotJson: the bytes are not one well-formed object.
    """
    found: dict[str, bytes] = {}
    at = _open(raw, b"{")
    if raw[at : at + 1] == b"}":
        _end(raw, at + 1)
        return found
    while True:
        key_end = _key_end(raw, at)
        key = raw[at:key_end]
        start = _skip(raw, _colon(raw, key_end))
        end = value_end(raw, start)
        found[text(key)] = raw[start:end]
        at = _skip(raw, end)
        if raw[at : at + 1] == b"}":
            _end(raw, at + 1)
            return found
        at = _comma(raw, at)


def elements(raw: bytes) -> list[bytes]:
    """The elements of a well-formed array, as slices. Raises NotJson otherwise."""
    found: list[bytes] = []
    at = _open(raw, b"[")
    if raw[at : at + 1] == b"]":
        _end(raw, at + 1)
        return found
    while True:
        end = value_end(raw, at)
        found.append(raw[at:end])
        at = _skip(raw, end)
        if raw[at : at + 1] == b"]":
            _end(raw, at + 1)
            return found
        at = _comma(raw, at)


def rough_elements(raw: bytes, elements_max: int) -> list[bytes]:
    """The elements of an array of which some are broken: each ends at its balanced `,` or `]`.

    Raises:
        NotJson: brackets and quotes do not balance, so that nothing can be told apart.
        TooLarge: there are more than `elements_max`.
    """
    found: list[bytes] = []
    start = at = _open(raw, b"[")
    if raw[at : at + 1] == b"]":
        _end(raw, at + 1)
        return found
    closing: list[int] = []
    while True:
        at = _to_bracket(raw, at)
        byte = raw[at]
        if byte in _CLOSING:
            closing.append(_CLOSING[byte])
            if len(closing) > _ROUGH_DEPTH_MAX:
                raise _fail(at, f"more than {_ROUGH_DEPTH_MAX:,} brackets are open")
        elif closing and byte == closing[-1]:
            closing.pop()
        elif not closing and byte in b",]":
            found.append(raw[start:at].strip(b" \t\n\r"))
            if byte == 0x5D:
                _end(raw, at + 1)
                return found
            if len(found) >= elements_max:
                raise TooLarge(
                    f"The batch has more than {elements_max} events (batch_events_max); "
                    "send fewer at once."
                )
            start = at + 1
        elif byte != 0x2C:
            raise _fail(at, "brackets do not balance")
        at += 1


def _to_bracket(raw: bytes, at: int) -> int:
    """The next bracket or comma outside a string."""
    while True:
        skipped = _TO_BRACKET.match(raw, at, at + _WINDOW_BYTES)
        moved = skipped.end() if skipped else at
        if moved >= len(raw):
            raise _fail(moved, "the array does not end")
        if raw[moved] in b"[]{},":
            return moved
        # A string that the window cuts, or none at all: then the window went before it.
        at = _string_end(raw, moved, _ROUGH_INSIDE) if raw[moved] == 0x22 else moved


def _string_end(raw: bytes, at: int, inside: re.Pattern[bytes]) -> int:
    """After the string that begins at `at`, of what `inside` allows."""
    at += 1
    while True:
        found = inside.match(raw, at, at + _WINDOW_BYTES)
        end = found.end() if found else at
        if raw[end : end + 1] == b'"':
            return end + 1
        if end >= len(raw):
            raise _fail(end, "a string does not end")
        if end == at:
            raise _fail(end, "a string holds what none may hold")
        at = end


def value_end(raw: bytes, at: int) -> int:
    """Where the value that begins at `at` ends. Raises NotJson if there is no well-formed one."""
    closing: list[int] = []
    expect_value = True
    while True:
        at = _skip(raw, at)
        byte = raw[at] if at < len(raw) else 0
        if expect_value:
            if byte in _CLOSING:
                closing.append(_CLOSING[byte])
                at = _skip(raw, at + 1)
                if raw[at : at + 1] == bytes([closing[-1]]):
                    expect_value = False
                elif byte == 0x7B:
                    at = _key(raw, at)
                continue
            at = _scalar_end(raw, at)
        elif closing and byte == closing[-1]:
            closing.pop()
            at += 1
        elif byte == 0x2C and closing:
            at = _skip(raw, at + 1)
            at = _key(raw, at) if closing[-1] == 0x7D else at
            expect_value = True
            continue
        else:
            raise _fail(at, "a comma or a closing bracket is missing")
        if not closing:
            return at
        expect_value = False


def _key(raw: bytes, at: int) -> int:
    """After a key and its colon."""
    return _colon(raw, _key_end(raw, at))


def _key_end(raw: bytes, at: int) -> int:
    if raw[at : at + 1] != b'"':
        raise _fail(at, "a key in quotes is missing")
    return _string_end(raw, at, _STRICT_INSIDE)


def _colon(raw: bytes, at: int) -> int:
    at = _skip(raw, at)
    if raw[at : at + 1] != b":":
        raise _fail(at, "a colon is missing")
    return at + 1


def _scalar_end(raw: bytes, at: int) -> int:
    if raw[at : at + 1] == b'"':
        return _string_end(raw, at, _STRICT_INSIDE)
    found = _SCALAR.match(raw, at)
    if found is None:
        raise _fail(at, "no value that JSON knows")
    return found.end()


def _skip(raw: bytes, at: int) -> int:
    found = _SPACE.match(raw, at)
    return found.end() if found else at


def _open(raw: bytes, bracket: bytes) -> int:
    at = _skip(raw, 0)
    if raw[at : at + 1] != bracket:
        raise _fail(at, f"`{bracket.decode()}` is missing")
    return _skip(raw, at + 1)


def _comma(raw: bytes, at: int) -> int:
    if raw[at : at + 1] != b",":
        raise _fail(at, "a comma is missing")
    return _skip(raw, at + 1)


def _end(raw: bytes, at: int) -> None:
    if _skip(raw, at) != len(raw):
        raise _fail(at, "something follows the value")


def text(raw: bytes) -> str:
    """The string that a JSON string literal (valid UTF-8) stands for; lone surrogates stay."""
    try:
        return _fast_text.decode(raw)
    except msgspec.DecodeError:
        value: str = json.loads(raw)
        return value


_UNUSUAL = re.compile(rb"NaN|Infinity|\\u[dD][89a-fA-F]")


def unusual(raw: bytes) -> bool:
    """Whether a value that only the tolerant way reads holds what strict JSON does not know."""
    return _UNUSUAL.search(raw) is not None


def text_of(raw: bytes) -> str:
    """The same of any value; what is no string is empty."""
    return text(raw) if raw[:1] == b'"' else ""


_fast_text = msgspec.json.Decoder(str)
_fast_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def members_of(raw: bytes) -> dict[str, bytes]:
    """As `members`, by msgspec where it will; none of what is no object."""
    if raw[:1] != b"{":
        return {}
    try:
        return {key: bytes(value) for key, value in _fast_members.decode(raw).items()}
    except (msgspec.DecodeError, RecursionError):
        return members(raw)
