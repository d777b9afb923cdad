"""Recordings, sent again as they were sent."""

import base64
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import Collector, collector

RECORDED = Path(__file__).parents[2] / "recorded"


@dataclass(frozen=True)
class Request:
    """One line of a recording."""

    path: str
    headers: dict[str, str]
    body: bytes

    @cached_property
    def event(self) -> bytes:
        """The bytes of the event itself."""
        packed = self.headers.get("Content-Encoding") == "gzip"
        return gzip.decompress(self.body) if packed else self.body

    @property
    def said(self) -> dict[str, Any]:
        """The event, read."""
        found: dict[str, Any] = json.loads(self.event)
        return found


def recording(name: str) -> list[Request]:
    """The requests of `tests/recorded/NAME`, or each line of plain events as one."""
    path = RECORDED / name
    data = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    return [_request(line) for line in data.splitlines()]


def _request(line: bytes) -> Request:
    read = json.loads(line)
    if "headers" not in read:  # an event, not a request: a file transport's, or written by us
        return Request("/api/v1/lineage", {"Content-Type": "application/json"}, line)
    body = read["body"].encode() if "body" in read else base64.b64decode(read["bodyBase64"])
    return Request(read["path"], read["headers"], body)


@dataclass
class Estate:
    """A server of its own that was sent some recordings."""

    server: Collector

    def send(self, request: Request) -> httpx.Response:
        """As it was sent."""
        return self.server.client.post(request.path, content=request.body, headers=request.headers)

    def replay(self, *names: str) -> None:
        """All of these recordings; every request is taken."""
        for name in names:
            for request in recording(name):
                answer = self.send(request)
                assert answer.status_code == 201, (name, answer.text, request.event)

    def get(self, path: str, **parameters: Any) -> Any:
        """An answer that is well."""
        answer = self.server.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def lineage(self, node: str, **parameters: Any) -> dict[str, dict[str, Any]]:
        """The nodes of a lineage answer by id."""
        graph = self.get("/api/v1/lineage", nodeId=node, **parameters)["graph"]
        return {found["id"]: found for found in graph}


@contextmanager
def estate(postgres: PostgresServer, *names: str) -> Iterator[Estate]:
    """A fresh server that was sent these recordings."""
    with postgres.database(TEMPLATE) as url, collector(database_url=url) as server:
        made = Estate(server)
        made.replay(*names)
        yield made
