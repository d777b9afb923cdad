"""A load that does not give up, on a collector that is killed under it."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.integration.http.conftest import JSON, Collector, collector

GIVE_UP_SECONDS = 300


class Target:
    """Where the collector is now; it comes and goes."""

    def __init__(self, **settings: object) -> None:
        self._settings = settings
        self._stack = collector(**settings)
        self._running: Collector | None = None

    @property
    def url(self) -> str:
        running = self._running
        return running.url if running else "http://127.0.0.1:9"

    def start(self) -> None:
        """Start it, on another port each time."""
        self._stack = collector(**self._settings)
        self._running = self._stack.__enter__()

    def kill(self) -> None:
        """kill -9 of the collector, in the middle of whatever it does."""
        assert self._running is not None
        running, self._running = self._running, None
        running.process.kill()
        running.process.wait()
        self._stack.__exit__(None, None, None)

    def stop(self) -> None:
        """In good order."""
        if self._running is not None:
            self._running = None
            self._stack.__exit__(None, None, None)


class Load:
    """Clients that send events, single and in batches, each until it is acknowledged."""

    def __init__(self, target: Target, bodies: Sequence[bytes], clients: int, seed: int) -> None:
        self._target = target
        self._give_up = time.monotonic() + GIVE_UP_SECONDS
        self.acknowledged: dict[bytes, int | None] = {}
        self.refused = 0
        self.failures: list[str] = []
        self._threads = [
            threading.Thread(
                target=self._client, args=(bodies[n::clients], random.Random(seed + n))
            )
            for n in range(clients)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def going(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()
        assert self.failures == []

    def _client(self, bodies: Sequence[bytes], rng: random.Random) -> None:
        at = 0
        with httpx.Client(timeout=10) as client:
            while at < len(bodies):
                size = rng.choice([1, 1, 1, 7, 25])
                if self._send(client, bodies[at : at + size]):
                    at += size
                elif time.monotonic() > self._give_up:
                    self.failures.append("gave up")
                    return
                else:
                    self.refused += 1
                    time.sleep(0.05)

    def _send(self, client: httpx.Client, bodies: Sequence[bytes]) -> bool:
        single = len(bodies) == 1
        path = "/api/v1/lineage" if single else "/api/v1/lineage/batch"
        content = bodies[0] if single else b"[" + b",".join(bodies) + b"]"
        try:
            answer = client.post(self._target.url + path, content=content, headers=JSON)
        except httpx.TransportError:
            return False
        if answer.status_code == 503:
            return False
        if answer.status_code not in {200, 201}:
            self.failures.append(f"{answer.status_code} {answer.text[:300]}")
            return True
        if single:
            self.acknowledged[bodies[0]] = answer.json()["seq"]
            return True
        summary = answer.json()["summary"]
        if summary["successful"] < len(bodies):
            if summary["non_retriable"]:
                self.failures.append(answer.text[:300])
            return False
        for body in bodies:
            self.acknowledged.setdefault(body, None)
        return True


def postmaster(data_dir: Path) -> int:
    """The process id of the embedded server's first process."""
    pid_file = data_dir / "postgres" / "cluster" / "postmaster.pid"
    return int(pid_file.read_text().split()[0])


def kill_postgres(data_dir: Path, rng: random.Random) -> None:
    """kill -9 of the server, or of one of its processes (then it recovers by itself)."""
    try:
        pid = postmaster(data_dir)
        if rng.random() < 0.5:
            pid = rng.choice([*_children(pid), pid])
        os.kill(pid, signal.SIGKILL)
    except (OSError, IndexError, ValueError):
        pass  # it is just being started again


def _children(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        yield from map(int, path.read_text().split())


@contextmanager
def running(**settings: object) -> Iterator[Target]:
    """A target that is up, and stopped at the end."""
    target = Target(**settings)
    target.start()
    try:
        yield target
    finally:
        target.stop()
