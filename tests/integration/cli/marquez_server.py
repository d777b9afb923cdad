"""A small HTTP server that lists events as Marquez is known to, where Catchment does otherwise.

No Marquez: it was written from what its code says. Events of equal times come in another order
each time; `before` is 2030 unless given; pages may have any size; JobEvents and DatasetEvents are
counted and not listed; bodies are written anew, with members that are null.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
Answer = tuple[int, bytes, dict[str, str]]


@dataclass
class MarquezServer:
    """What it holds. `before_each` may answer instead of it, or change what is there."""

    events: list[Json] = field(default_factory=list)
    others: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    before_each: Callable[[int], Answer | None] = lambda _: None
    key: str | None = None
    url: str = ""

    def answer(self, target: str, key: str | None) -> Answer:
        address = urlsplit(target)
        if address.path != "/api/v1/events/lineage":
            return 404, b'{"code":404,"message":"HTTP 404 Not Found"}', {}
        if self.key is not None and key != f"Bearer {self.key}":
            return 401, b"who are you?", {}
        given = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append(given)
        instead = self.before_each(len(self.asked))
        return instead or (200, json.dumps(self.page(given)).encode(), {})

    def page(self, given: dict[str, str]) -> Json:
        after = datetime.fromisoformat(given.get("after", "1970-01-01T00:00:00Z"))
        before = datetime.fromisoformat(given.get("before", "2030-01-01T00:00:00Z"))
        found = [one for one in self.events if after <= instant(one) < before]
        random.shuffle(found)
        found.sort(key=instant, reverse=given.get("sortDirection", "desc") == "desc")
        offset, limit = int(given.get("offset", 0)), int(given.get("limit", 100))
        listed = [anew(one) for one in found[offset : offset + limit]]
        return {"events": listed, "totalCount": len(found) + self.others}


def instant(event: Json) -> datetime:
    return datetime.fromisoformat(event["eventTime"])


def anew(event: Json) -> Json:
    """Members in another order, and null where there is nothing."""
    return {name: event[name] for name in sorted(event)} | {"facets": None, "inputs": None} | event


@contextmanager
def marquez(**how: Any) -> Iterator[MarquezServer]:
    """Such a server, until the block ends."""
    state = MarquezServer(**how)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body, headers = state.answer(self.path, self.headers.get("Authorization"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
