"""A body with many events, as slices. One broken element never costs another."""

import msgspec

from catchment.errors import NotJson, Problem
from catchment.events import splitter, text

_elements = msgspec.json.Decoder(list[msgspec.Raw])


def split_batch(body: bytes, ndjson: bool) -> list[bytes]:
    """The elements of a JSON array, or the lines of NDJSON (blank ones left out).

    Elements may be broken: whoever reads them says so. A broken one ends at its balanced comma.

    Raises:
        NotJson: not an array, or one whose elements cannot be told apart.
    """
    if ndjson:
        lines = body.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        return [line for line in map(text.strip, lines) if line]
    body = text.strip(body)
    if body[:1] != b"[":
        reason = "a batch is a JSON array of events, or one event a line as application/x-ndjson"
        raise NotJson(f"The body is no batch: {reason}.", [Problem("", reason)])
    try:
        return [bytes(element) for element in _elements.decode(body)]
    except (msgspec.DecodeError, RecursionError):
        return splitter.rough_elements(body)
