"""What `Spool.append` costs the pipeline: with a collector that is up, slow, refused, silent.

    python -m benchmarks.emitters_spool [--events 20000] [--url http://127.0.0.1:8765]

Each case is a process of its own, appending 3 kB events: as fast as it can (a burst), and at a
steady 500 a second, as a busy pipeline does. What the write alone takes stands first.
`--url` adds a real collector to the cases.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter_ns, sleep
from typing import Any
from uuid import uuid4

from catchment_emitters.spool.spool import Spool

EVENT_BYTES = 3_000
ALONE = "write alone"
STEADY_EVENTS_PER_SECOND = 500


def event() -> bytes:
    body: dict[str, Any] = {
        "eventTime": "2026-03-01T12:00:00.000Z",
        "eventType": "COMPLETE",
        "producer": "https://example.org/benchmarks",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid4())},
        "job": {"namespace": "benchmarks", "name": "append"},
        "inputs": [],
        "outputs": [],
    }
    while len(json.dumps(body)) < EVENT_BYTES:
        body["inputs"].append({"namespace": "db", "name": f"table_{len(body['inputs'])}"})
    return json.dumps(body).encode()


def append(url: str, directory: str, count: int, pause_seconds: float) -> None:
    """Append and print the distribution of what each call took, in µs."""
    spool = Spool(Path(directory), {"type": "http", "url": url})
    file = os.open(Path(directory) / "alone", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    call = (lambda body: os.write(file, body)) if url == ALONE else spool.append
    events = [event() for _ in range(count)]
    taken = []
    begun = perf_counter_ns()
    for body in events:
        if pause_seconds:
            sleep(pause_seconds)
        start = perf_counter_ns()
        call(body)
        taken.append(perf_counter_ns() - start)
    seconds = (perf_counter_ns() - begun) / 1e9
    taken.sort()
    p50, p99, p999 = (taken[int(count * share)] / 1e3 for share in (0.5, 0.99, 0.999))
    stats = spool.stats()
    print(
        f"p50 {p50:6.1f}  p99 {p99:7.1f}  p99.9 {p999:8.1f}  max {taken[-1] / 1e3:8.0f} µs"
        f"  {count / seconds:7.0f}/s, {stats.shipped} shipped meanwhile"
    )


@contextmanager
def peer(answer_seconds: float) -> Iterator[str]:
    """A server that takes any batch, after a while."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            sleep(answer_seconds)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@contextmanager
def silent() -> Iterator[str]:
    """A listener whose queue is full: connecting to it never ends."""
    with socket.socket() as listener, ExitStack() as crowd:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            each = crowd.enter_context(socket.socket())
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--url", help="a real collector")
    parser.add_argument("--append", nargs=4, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.append:
        url, directory, count, pause = told.append
        append(url, directory, int(count), float(pause))
        return
    with ExitStack() as stack:
        cases = {
            ALONE: ALONE,
            "takes batches": stack.enter_context(peer(0)),
            "slow (4 s)": stack.enter_context(peer(4)),
            "refused": "http://127.0.0.1:9",
            "silent": stack.enter_context(silent()),
        }
        if told.url:
            cases["catchment"] = told.url
        for name, url in cases.items():
            for how, count, pause in (
                ("burst", told.events, 0.0),
                ("steady", told.events // 10, 1 / STEADY_EVENTS_PER_SECOND),
            ):
                with tempfile.TemporaryDirectory() as directory:
                    command = ["-m", "benchmarks.emitters_spool", "--append", url, directory]
                    command += [str(count), str(pause)]
                    done = subprocess.run(
                        [sys.executable, *command], capture_output=True, text=True, check=True
                    )
                    print(f"{name:14} {how:7} {done.stdout}", end="", flush=True)


if __name__ == "__main__":
    main()
