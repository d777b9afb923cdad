"""A real HTTP server that misbehaves as it is told."""

import gzip
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import Any

BATCH = "/api/v1/lineage/batch"


@dataclass
class Reply:
    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    after_seconds: float = 0.0


def accepted(events: list[bytes], failed: list[dict[str, Any]] | None = None) -> Reply:
    failed = failed or []
    body = {
        "status": "partial_success" if failed else "success",
        "summary": {
            "received": len(events),
            "successful": len(events) - len(failed),
            "failed": len(failed),
        },
        "failed_events": failed,
    }
    return Reply(200, body)


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    events: list[bytes]
    body_bytes: int
    status: int
    at: float


@dataclass
class Peer:
    url: str = ""
    requests: list[Request] = field(default_factory=list, repr=False)
    events: list[bytes] = field(default_factory=list, repr=False)
    """Accepted, in order."""
    script: deque[Reply] = field(default_factory=deque)
    """What to answer next, whatever is asked."""
    decide: Callable[[str, list[bytes]], Reply | None] | None = None
    """A standing rule; None for yes."""

    @property
    def downstream(self) -> dict[str, Any]:
        return {"type": "http", "url": self.url}

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def numbers(self) -> list[int]:
        return [json.loads(event)["n"] for event in self.events]

    def wait_for(self, count: int, seconds: float = 10) -> None:
        deadline = monotonic() + seconds
        while len(self.events) < count:
            assert monotonic() < deadline, (len(self.events), self.paths()[-5:])
            sleep(0.01)

    def answer(self, path: str, events: list[bytes]) -> Reply:
        if self.script:
            return self.script.popleft()
        told = self.decide(path, events) if self.decide else None
        if told is not None:
            return told
        return accepted(events) if path == BATCH else Reply(201, {"seq": 1})


def _split(path: str, body: bytes) -> list[bytes]:
    if path != BATCH:
        return [body]
    found = json.loads(body)
    return [json.dumps(element).encode() for element in found]


def _failed_positions(reply: Reply) -> set[int]:
    if not isinstance(reply.body, dict):
        return set()
    return {failed["index"] for failed in reply.body.get("failed_events", [])}


@contextmanager
def serving(port: int = 0) -> Iterator[Peer]:
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            size = len(body)
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            events = _split(self.path, body)
            reply = peer.answer(self.path, events)
            sleep(reply.after_seconds)
            request = Request(
                self.path, dict(self.headers), events, size, reply.status, monotonic()
            )
            peer.requests.append(request)
            if reply.status < 300:
                failed = _failed_positions(reply)
                peer.events += [event for n, event in enumerate(events) if n not in failed]
            content = (
                reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            )
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                self.close_connection = True  # the sender lost its patience

        def log_message(self, *_arguments: Any) -> None:
            """Not into the output of the tests."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64
        block_on_close = False

        def handle_error(self, *_arguments: Any) -> None:
            """A sender that was killed is no error here."""

    server = Server(("127.0.0.1", port), Handler)
    peer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
