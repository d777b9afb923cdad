"""From a facet's bytes to a `Facet`, parsed once for each distinct spelling."""

import json
from functools import lru_cache
from hashlib import sha256

import msgspec

from catchment.errors import NotJson
from catchment.events import splitter
from catchment.events.canonical import canonical, string
from catchment.events.kept import Kept
from catchment.events.model import Facet

_DIGITS_MAX = 1_000
_ORIGIN = ("_producer", "_schemaURL")


@lru_cache(maxsize=16_384)
def content_hash(facet: Facet) -> bytes:
    """The hash of a facet without `_producer` and `_schemaURL`: what versions are made of."""
    members = splitter.members_of(facet.body)
    kept = [string(key) + b":" + value for key, value in members.items() if key not in _ORIGIN]
    return sha256(b",".join(kept)).digest()[:16]


def read_facet(name: str, raw: bytes) -> Facet | None:
    """The facet that these bytes spell; None if they are no object."""
    if raw[:1] != b"{":
        return None
    try:
        body = canonical(raw)
    except NotJson:
        return None
    deleted = b'"_deleted":true' in body and splitter.members(body).get("_deleted") == b"true"
    return Facet(name, sha256(body).digest()[:16], body, deleted)


class FacetCache:
    """Distinct spellings of facets seen lately: at most `bytes_max` bytes of them."""

    def __init__(self, bytes_max: int) -> None:
        self._kept = Kept[tuple[str, bytes], Facet](bytes_max)

    def read(self, name: str, raw: bytes) -> Facet | None:
        """As `read_facet`, for new bytes only."""
        facet = self._kept.get((name, raw))
        if facet is None:
            facet = read_facet(name, raw)
            if facet is not None:
                self._kept.put((name, raw), facet, 2 * len(raw))
        return facet


def view(facet: Facet) -> dict[str, object]:
    """A facet's members as plain values, for tolerant readers; NaN and huge numbers are floats."""
    try:
        value = msgspec.json.decode(facet.body)
    except (msgspec.DecodeError, RecursionError):
        value = json.loads(facet.body, parse_int=_number)
    return value if isinstance(value, dict) else {}


def _number(lexeme: str) -> int | float:
    # Python refuses to read integers of thousands of digits: reading them takes too long.
    return int(lexeme) if len(lexeme) <= _DIGITS_MAX else float(lexeme)
