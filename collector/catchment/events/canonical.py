"""The canonical form of a JSON value: what two spellings of one value have in common.

Keys sorted, no white space, string escapes as short as they can be, number lexemes as they were
sent (1.0 is not 1), of equal keys the last. Two ways that agree: msgspec for nearly everything,
and an iterative writer for NaN, Infinity, -0 and lone surrogates.
"""

import re

import msgspec

from catchment.errors import NotJson
from catchment.events import splitter

_NEGATIVE_ZERO = re.compile(rb"[:,\[\s]-0(?![.0-9eE])|\A-0\Z")
_decoder = msgspec.json.Decoder(float_hook=lambda lexeme: msgspec.Raw(lexeme.encode()))
_encoder = msgspec.json.Encoder(order="deterministic")
_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(raw: bytes) -> bytes:
    """The canonical bytes of one JSON value (well-formed, bounded in depth).

    Raises:
        NotJson: it is not well-formed even by the tolerant reading.
    """
    if not _NEGATIVE_ZERO.search(raw):
        try:
            return _encoder.encode(_decoder.decode(raw))
        except (msgspec.DecodeError, msgspec.ValidationError, ValueError, RecursionError):
            pass
    return _write(raw)


def _write(raw: bytes) -> bytes:
    """The slow way: a stack of slices still to be written."""
    written: list[bytes] = []
    stack: list[tuple[bool, bytes]] = [(False, raw.strip(b" \t\n\r"))]
    while stack:
        done, piece = stack.pop()
        if done:
            written.append(piece)
            continue
        first = piece[:1]
        if first == b"{":
            members = [(string(key), value) for key, value in _in_order(splitter.members(piece))]
            stack.append((True, b"}"))
            for n in range(len(members) - 1, -1, -1):
                key, value = members[n]
                stack.append((False, value))
                stack.append((True, (b"," if n else b"{") + key + b":"))
            if not members:
                written.append(b"{")
        elif first == b"[":
            items = splitter.elements(piece)
            stack.append((True, b"]"))
            for n in range(len(items) - 1, -1, -1):
                stack.append((False, items[n]))
                stack.append((True, b"," if n else b"["))
            if not items:
                written.append(b"[")
        else:
            written.append(_scalar(piece))
    return b"".join(written)


def _in_order(members: dict[str, bytes]) -> list[tuple[str, bytes]]:
    """By the bytes of the keys, as msgspec sorts them."""
    return sorted(members.items(), key=lambda item: item[0].encode("utf-8", "surrogatepass"))


def _scalar(piece: bytes) -> bytes:
    if splitter.value_end(piece, 0) != len(piece):
        raise NotJson("The body is not JSON: something follows a value.")
    return string(splitter.text(piece)) if piece[:1] == b'"' else piece


def string(value: str) -> bytes:
    """A JSON string as msgspec writes it; lone surrogates, which it refuses, as escapes."""
    if not _SURROGATE.search(value):
        return msgspec.json.encode(value)
    pieces = []
    at = 0
    for found in _SURROGATE.finditer(value):
        pieces.append(msgspec.json.encode(value[at : found.start()])[1:-1])
        pieces.append(f"\\u{ord(found[0]):04x}".encode())
        at = found.end()
    pieces.append(msgspec.json.encode(value[at:])[1:-1])
    return b'"' + b"".join(pieces) + b'"'
