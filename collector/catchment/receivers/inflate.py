"""Undo gzip, deflate and zstd piece by piece, never holding more than the bounds allow.

What comes out is bounded in all, in relation to what went in, in the number of members (frames)
and, for zstd, in the window. Knows no transport; may run in any thread, one feed at a time.
"""

import zlib
from dataclasses import dataclass
from typing import Any

import zstandard

from catchment.errors import NotJson, TooLarge
from catchment.receivers.negotiate import Coding

_STEP_BYTES = 64 * 1024
# A block of four bytes may stand for 128 KiB: so small a piece cannot flood the memory.
_ZSTD_PIECE_BYTES = 512
# Small bodies may be as repetitive as they like.
_RATIO_FROM_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class InflateBounds:
    """What one body may become."""

    body_bytes_max: int = 32 * 1024**2
    inflate_ratio_max: int = 1_100
    inflate_members_max: int = 10_000
    inflate_window_bytes_max: int = 8 * 1024**2


class Inflater:
    """Undoes one coding of one body: `feed` what arrives, then `finish`."""

    def __init__(self, coding: Coding, bounds: InflateBounds) -> None:
        self._coding = coding
        self._bounds = bounds
        self._member: Any = None
        self._members = 0
        self._early = b""
        self._in_bytes = 0
        self._out_bytes = 0

    def feed(self, data: bytes) -> list[bytes]:
        """What this piece stands for.

        Raises:
            TooLarge: over a bound, which is named.
            NotJson: not of this coding.
        """
        out: list[bytes] = []
        try:
            # In pieces, because what is left after a member is copied for each member.
            for at in range(0, len(data), _STEP_BYTES):
                self._feed_piece(data[at : at + _STEP_BYTES], out)
        except (zlib.error, zstandard.ZstdError) as error:
            raise self._explain(error) from None
        return out

    def _feed_piece(self, data: bytes, out: list[bytes]) -> None:
        self._in_bytes += len(data)
        data, self._early = self._early + data, b""
        while data:
            if self._member is None and not self._open(data):
                return
            data = self._decode(data, out)

    def finish(self) -> None:
        """Nothing more comes. Raises NotJson if the end is missing."""
        if self._member is not None or self._early or not self._members:
            raise NotJson(f"The body ends in the middle of its {self._coding.value} data.")

    def _open(self, data: bytes) -> bool:
        """Begin a member; False if there is none here, or not enough of it to tell."""
        if self._members and self._coding is Coding.GZIP and not data.strip(b"\0"):
            return False  # padding after the last member, as tar and tapes leave it
        if self._coding is Coding.DEFLATE and len(data) < 2:
            self._early = data
            return False
        if self._members and self._coding is Coding.DEFLATE:
            raise NotJson("Something follows the deflate data.")
        self._members += 1
        if self._members > self._bounds.inflate_members_max:
            limit = self._bounds.inflate_members_max
            raise TooLarge(f"More than {limit} compressed members (inflate_members_max).")
        self._member = self._new_member(data)
        return True

    def _new_member(self, data: bytes) -> Any:
        if self._coding is Coding.GZIP:
            return zlib.decompressobj(wbits=31)
        if self._coding is Coding.DEFLATE:
            # RFC 9110 means zlib's format; some senders leave its two bytes out.
            zlib_header = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
            return zlib.decompressobj(wbits=15 if zlib_header else -15)
        window_bytes = self._bounds.inflate_window_bytes_max
        return zstandard.ZstdDecompressor(max_window_size=window_bytes).decompressobj()

    def _decode(self, data: bytes, out: list[bytes]) -> bytes:
        """Decode to the end of the data or of the member; answers what is left after the latter."""
        decode = self._decode_zstd if self._coding is Coding.ZSTD else self._decode_zlib
        rest = decode(data, out)
        if self._member.eof:
            self._member = None
        return rest

    def _decode_zlib(self, data: bytes, out: list[bytes]) -> bytes:
        member = self._member
        while True:
            found = member.decompress(data, _STEP_BYTES)
            self._keep(found, out)
            data = member.unconsumed_tail
            # Without input left there may still be output that did not fit into the step.
            if member.eof or not (data or len(found) == _STEP_BYTES):
                rest: bytes = member.unused_data
                return rest

    def _decode_zstd(self, data: bytes, out: list[bytes]) -> bytes:
        member = self._member
        for at in range(0, len(data), _ZSTD_PIECE_BYTES):
            piece = data[at : at + _ZSTD_PIECE_BYTES]
            self._keep(member.decompress(piece), out)
            if member.eof:
                return bytes(member.unused_data) + data[at + _ZSTD_PIECE_BYTES :]
        return b""

    def _keep(self, data: bytes, out: list[bytes]) -> None:
        if not data:
            return
        out.append(data)
        self._out_bytes += len(data)
        bounds = self._bounds
        if self._out_bytes > bounds.body_bytes_max:
            raise TooLarge(
                f"The body is over {bounds.body_bytes_max} bytes when decompressed "
                "(body_bytes_max)."
            )
        ratio_bytes_max = self._in_bytes * bounds.inflate_ratio_max
        if self._out_bytes > max(ratio_bytes_max, _RATIO_FROM_BYTES):
            raise TooLarge(
                f"The body grows by more than {bounds.inflate_ratio_max} times (inflate_ratio_max)."
            )

    def _explain(self, error: Exception) -> NotJson | TooLarge:
        if "too much memory" in str(error):
            limit = self._bounds.inflate_window_bytes_max
            return TooLarge(
                f"The zstd window is over {limit} bytes (inflate_window_bytes_max); "
                "compress with a lower level, or without long-distance matching."
            )
        return NotJson(f"The body is not valid {self._coding.value}, as Content-Encoding says.")
