"""Bodies of a batch in few rows: up to 64 events or 512 KiB a blob, zstd over a msgpack array.

Neighbours are alike, so a blob costs a quarter of what they would cost alone.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import zstandard

BLOB_EVENTS_MAX = 64
BLOB_BYTES_MAX = 512 * 1024
# So little is packed in the time that it takes to hand it to a thread.
INLINE_BYTES_MAX = 256 * 1024

Blobs = list[tuple[int, bytes]]
"""(number of the first body, compressed blob), in order."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[bytes])


class Packer:
    """Compresses; one use at a time. Made once: a new one costs as much as what it does."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)

    def pack(self, bodies: Sequence[bytes]) -> Blobs:
        """The blobs of some bodies."""
        found: Blobs = []
        first = 0
        size_bytes = 0
        for n, body in enumerate(bodies):
            full = n - first >= BLOB_EVENTS_MAX or size_bytes + len(body) > BLOB_BYTES_MAX
            if full and n > first:
                found.append((first, self._compress(bodies[first:n])))
                first, size_bytes = n, 0
            size_bytes += len(body)
        if len(bodies) > first:
            found.append((first, self._compress(bodies[first:])))
        return found

    def _compress(self, bodies: Sequence[bytes]) -> bytes:
        return self._compressor.compress(_encoder.encode(bodies))


_here = Packer()
_beside = Packer()
_thread = ThreadPoolExecutor(1, thread_name_prefix="blobs")


def start_packing(bodies: Sequence[bytes]) -> asyncio.Future[Blobs]:
    """Pack them beside what the caller does meanwhile: compressing needs no interpreter."""
    loop = asyncio.get_running_loop()
    if sum(map(len, bodies)) > INLINE_BYTES_MAX:
        return loop.run_in_executor(_thread, _beside.pack, bodies)
    packed: asyncio.Future[Blobs] = loop.create_future()
    packed.set_result(_here.pack(bodies))
    return packed


def unpack(blob: bytes) -> list[bytes]:
    """The bodies of one blob."""
    return _decoder.decode(zstandard.ZstdDecompressor().decompress(blob))
