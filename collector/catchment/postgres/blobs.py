"""Bodies of a batch in few rows: up to 64 events or 512 KiB a blob, zstd over a msgpack array.

Neighbours are alike, so a blob costs a quarter of what they would cost alone.
"""

from collections.abc import Iterator, Sequence

import msgspec
import zstandard

BLOB_EVENTS_MAX = 64
BLOB_BYTES_MAX = 512 * 1024
# Made once: a new one costs as much as what it does. Writers take turns, so one uses it at a time.
_compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[bytes])


def blobs(bodies: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number of the first body, compressed blob), in order."""
    first = 0
    size_bytes = 0
    for n, body in enumerate(bodies):
        full = n - first >= BLOB_EVENTS_MAX or size_bytes + len(body) > BLOB_BYTES_MAX
        if full and n > first:
            yield first, _compressor.compress(_encoder.encode(bodies[first:n]))
            first, size_bytes = n, 0
        size_bytes += len(body)
    if len(bodies) > first:
        yield first, _compressor.compress(_encoder.encode(bodies[first:]))


def unpack(blob: bytes) -> list[bytes]:
    """The bodies of one blob."""
    return _decoder.decode(zstandard.ZstdDecompressor().decompress(blob))
