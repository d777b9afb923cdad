"""A body with many events, as slices. One broken element never costs another."""

import msgspec

from catchment.errors import NotJson, Problem, TooLarge
from catchment.events import splitter, text

# Events have a comma in about thirty bytes. What has far more may be millions of tiny elements,
# which are counted while they are told apart, not when all are there.
_BYTES_PER_COMMA_MIN = 8
_elements = msgspec.json.Decoder(list[msgspec.Raw])


def split_batch(body: bytes, ndjson: bool, elements_max: int) -> list[bytes]:
    """The elements of a JSON array, or the lines of NDJSON (blank ones left out).

    Elements may be broken: whoever reads them says so. A broken one ends at its balanced comma.

    Raises:
        NotJson: not an array, or one whose elements cannot be told apart.
        TooLarge: more than `elements_max`.
    """
    found = _lines(body) if ndjson else _array(body, elements_max)
    if len(found) > elements_max:
        raise TooLarge(
            f"The batch has {len(found)} events; send at most {elements_max} at once "
            "(batch_events_max)."
        )
    return found


def _lines(body: bytes) -> list[bytes]:
    lines = body.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [line for line in map(text.strip, lines) if line]


def _array(body: bytes, elements_max: int) -> list[bytes]:
    body = text.strip(body)
    if body[:1] != b"[":
        reason = "a batch is a JSON array of events, or one event a line as application/x-ndjson"
        raise NotJson(f"The body is no batch: {reason}.", [Problem("", reason)])
    if body.count(b",") * _BYTES_PER_COMMA_MIN > len(body):
        return splitter.rough_elements(body, elements_max)
    try:
        return [bytes(element) for element in _elements.decode(body)]
    except (msgspec.DecodeError, RecursionError):
        return splitter.rough_elements(body, elements_max)
