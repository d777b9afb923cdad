"""SIGTERM: what is under way is finished, nothing is printed that frightens a person."""

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from catchment.postgres.embedded.process import find_running
from tests.integration.http.conftest import StartCollector, collector, environment, event
from tests.integration.postgres.conftest import data_dir

__all__ = ["data_dir"]


def test_it_stops_at_once_when_nothing_is_under_way(start: StartCollector) -> None:
    server = start()
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 5


def test_a_closed_terminal_leaves_no_server_behind(data_dir: Path) -> None:
    with collector(data_dir=data_dir) as server:
        server.process.send_signal(signal.SIGHUP)
        assert server.process.wait(timeout=30) == 0
    assert find_running(data_dir / "postgres" / "cluster") is None


def test_who_asked_to_outlive_the_terminal_does(database_url: str) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` does; children inherit it
    try:
        with collector(database_url=database_url) as server:
            server.process.send_signal(signal.SIGHUP)
            assert server.post(event()).status_code == 201
            assert server.stop() == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_events_under_way_are_answered(start: StartCollector) -> None:
    server = start()
    answers: list[int] = []

    def send() -> None:
        for _ in range(10_000):
            try:
                answers.append(server.post(event()).status_code)
            except httpx.TransportError:
                return

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    assert server.stop() == 0
    for thread in threads:
        thread.join()
    assert len(answers) > 4
    assert set(answers) <= {201, 503}


def test_a_request_that_does_not_end_is_given_up_quietly(database_url: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "catchment", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(database_url=database_url, stop_seconds_max=2, log_format="json"),
    )
    assert process.stdout is not None
    port = int(process.stdout.readline().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as slow:
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        slow.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        time.sleep(0.3)
        process.terminate()
        answer = slow.recv(10_000)
        _, said = process.communicate(timeout=20)
    assert answer.startswith(b"HTTP/1.1 503")
    assert process.returncode == 0
    assert "Traceback" not in said
    assert said.count('"level": "error"') <= 1, said
