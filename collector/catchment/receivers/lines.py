"""Take a file apart into events: JSON (one event), a JSON array, or NDJSON; plain, gzip or zstd.

NDJSON is read line by line, so a file of it may be of any size; JSON that must be held as a whole
is bounded. Knows no event and no terminal.
"""

import sys
from collections.abc import Iterator
from itertools import chain
from typing import IO

import msgspec

from catchment.errors import BadQuestion, TooLarge
from catchment.events import text
from catchment.events.batch import split_batch
from catchment.receivers.inflate import InflateBounds, Inflater
from catchment.receivers.negotiate import Coding

_PIECE_BYTES = 64 * 1024
_MAGIC = {b"\x1f\x8b": Coding.GZIP, b"\x28\xb5\x2f\xfd": Coding.ZSTD}
_ARRAY_BYTES_MAX = 512 * 1024**2
_SPACE = b" \t\r\n\xef\xbb\xbf"
# The file is the person's own and never held at once: only the window has a bound, the format's.
_BOUNDS = InflateBounds(2**62, 2**62, 2**62, 2**31)
_json = msgspec.json.Decoder(msgspec.Raw)


class EventFile:
    """The elements of one open file. `read_bytes` says how much of it was read, as stored."""

    def __init__(self, file: IO[bytes], *, event_bytes_max: int) -> None:
        self._file = file
        self._event_bytes_max = event_bytes_max
        self.read_bytes = 0

    def elements(self) -> Iterator[bytes]:
        """The bytes of each event, in order; broken ones too.

        Raises:
            NotJson: nothing can be told apart, or the compression is broken.
            TooLarge: an array is over the bound; write it as NDJSON.
            BadQuestion: it cannot be read (a directory, a broken disk).
        """
        pieces = self._pieces()
        head = b""
        for piece in pieces:
            head += piece
            if head.strip(_SPACE):
                break
        pieces = chain((head,), pieces)
        if head.lstrip(_SPACE).startswith(b"["):
            yield from split_batch(
                _whole(pieces, _ARRAY_BYTES_MAX), ndjson=False, elements_max=sys.maxsize
            )
        else:
            yield from self._lines_or_one(pieces)

    def _pieces(self) -> Iterator[bytes]:
        piece = self._read()
        coding = next((found for magic, found in _MAGIC.items() if piece.startswith(magic)), None)
        inflater = Inflater(coding, _BOUNDS) if coding else None
        while piece:
            if inflater is None:
                yield piece
            else:
                yield from inflater.feed(piece)
            piece = self._read()
        if inflater is not None:
            inflater.finish()

    def _read(self) -> bytes:
        try:
            piece = self._file.read(_PIECE_BYTES)
        except OSError as error:
            raise BadQuestion(f"It cannot be read: {error.strerror}.") from None
        self.read_bytes += len(piece)
        return piece

    def _lines_or_one(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Lines, if the first is a value by itself; else one event over many lines, if it is."""
        held = bytearray()
        for piece in pieces:
            held += piece
            if b"\n" in piece or len(held) > self._event_bytes_max:
                break
        first = bytes(held).partition(b"\n")[0]
        if not _is_value(first):
            for piece in pieces:
                held += piece
                if len(held) > self._event_bytes_max:
                    break
            if _is_value(bytes(held)):
                yield text.strip(bytes(held))
                return
        yield from self._lines(chain((bytes(held),), pieces))

    def _lines(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        held = b""
        for piece in pieces:
            *lines, rest = piece.split(b"\n")
            if lines:
                lines[0] = held + lines[0]
                held = rest
                yield from filter(None, map(text.strip, lines))
            else:
                held += rest
            if len(held) > self._event_bytes_max:
                raise TooLarge(
                    f"A line is over {self._event_bytes_max} bytes (CATCHMENT_BODY_BYTES_MAX)."
                )
        if text.strip(held):
            yield text.strip(held)


def _whole(pieces: Iterator[bytes], bytes_max: int) -> bytes:
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) > bytes_max:
            raise TooLarge(f"The array is over {bytes_max} bytes; write it as NDJSON.")
    return bytes(held)


def _is_value(body: bytes) -> bool:
    try:
        _json.decode(text.strip(body))
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
