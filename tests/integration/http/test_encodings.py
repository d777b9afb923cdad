"""Content codings: what is undone, and what is refused before it does harm."""

import gzip
import json
import socket
import time
import zlib
from collections.abc import Callable, Iterator

import pytest
import zstandard

from tests.integration.http.conftest import Collector, event

MIB = 1024**2
Pack = Callable[[bytes], bytes]


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def gzip_members(body: bytes) -> bytes:
    return b"".join(gzip.compress(body[at : at + 50]) for at in range(0, len(body), 50))


def zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(body)


def zstd_frames(body: bytes) -> bytes:
    return zstd(body[:40]) + zstd(b"") + zstd(body[40:])


def zstd_without_size(body: bytes) -> bytes:
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return packer.compress(body) + packer.flush()


WAYS: list[tuple[str, Pack]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZIP", gzip_members),
    ("gzip", lambda body: gzip.compress(body) + b"\0" * 512),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("zstd", zstd),
    ("zstd", zstd_frames),
    ("zstd", zstd_without_size),
    ("identity", bytes),
]


def one_by_one(body: bytes) -> Iterator[bytes]:
    for at in range(len(body)):
        yield body[at : at + 1]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("coding", "pack"), WAYS)
def test_codings_are_undone(server: Collector, coding: str, pack: Pack, chunked: bool) -> None:
    body = json.dumps(event(padding="x" * 300)).encode()
    packed = pack(body)
    headers = {"content-type": "application/json", "content-encoding": coding}
    content = one_by_one(packed) if chunked else packed
    answer = server.client.post("/api/v1/lineage", content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    assert server.client.get(f"/api/v1/events/{answer.json()['seq']}").content == body


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "compress", "lzma"])
def test_other_codings_are_415(server: Collector, coding: str) -> None:
    assert server.post(event(), content_encoding=coding).status_code == 415


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_what_is_not_of_its_coding_is_400(server: Collector, coding: str) -> None:
    assert server.post(b"\x9f" * 100, content_encoding=coding).status_code == 400


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstd)]
)
def test_a_missing_end_is_400_even_if_the_rest_reads(
    server: Collector, coding: str, pack: Pack
) -> None:
    lines = b"".join(json.dumps(event()).encode() + b"\n" for _ in range(2_000))
    answer = server.client.post(
        "/api/v1/lineage/batch",
        content=pack(lines)[:-4_000],
        headers={"content-type": "application/x-ndjson", "content-encoding": coding},
    )
    assert answer.status_code == 400


def gzip_bomb() -> bytes:
    return gzip.compress(b"[" + b" " * 128 * MIB)


def zstd_bomb() -> bytes:
    return zstd(b"[" + b" " * 512 * MIB)


@pytest.mark.parametrize(("coding", "bomb"), [("gzip", gzip_bomb), ("zstd", zstd_bomb)])
def test_bombs_are_413_at_once(server: Collector, coding: str, bomb: Callable[[], bytes]) -> None:
    body = bomb()
    assert len(body) < MIB
    begun = time.perf_counter()
    answer = server.post(body, content_encoding=coding)
    assert answer.status_code == 413
    assert "_max)" in answer.json()["detail"]
    assert time.perf_counter() - begun < 3
    assert server.post(event()).status_code == 201


def test_a_small_bomb_is_refused_for_its_ratio(server: Collector) -> None:
    answer = server.post(zstd(b" " * 20 * MIB), content_encoding="zstd")
    assert answer.status_code == 413
    assert "inflate_ratio_max" in answer.json()["detail"]


def test_very_many_members_are_413(server: Collector) -> None:
    body = gzip.compress(b"", mtime=0) * 10_001
    answer = server.post(body, content_encoding="gzip")
    assert answer.status_code == 413
    assert "inflate_members_max" in answer.json()["detail"]


def test_a_huge_zstd_window_is_413_and_says_what_to_do(server: Collector) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = packer.compress(json.dumps(event()).encode()) + packer.flush()
    answer = server.post(body, content_encoding="zstd")
    assert answer.status_code == 413
    assert "inflate_window_bytes_max" in answer.json()["detail"]


def test_a_declared_length_over_the_bound_is_413_before_the_body(server: Collector) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sender:
        sender.sendall(
            b"POST /api/v1/lineage HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 33554433\r\n\r\n{"
        )
        assert sender.recv(4_096).startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_over_the_bound_is_413(server: Collector) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * MIB

    answer = server.client.post(
        "/lineage", content=pieces(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413


def test_an_event_of_23_megabytes_is_stored(server: Collector) -> None:
    fields = [{"name": f"column_{n}", "type": "x" * 100} for n in range(170_000)]
    schema = {"_producer": "https://p", "_schemaURL": "https://s", "fields": fields}
    sent = event(outputs=[{"namespace": "db", "name": "wide", "facets": {"schema": schema}}])
    body = json.dumps(sent).encode()
    assert len(body) > 20 * MIB
    answer = server.post(gzip.compress(body), content_encoding="gzip")
    assert answer.status_code == 201, answer.text
    assert server.client.get(f"/api/v1/events/{answer.json()['seq']}").content == body
