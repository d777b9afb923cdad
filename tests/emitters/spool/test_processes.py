"""Real processes, real signals, and a real collector that is asked afterwards."""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.conftest import PostgresServer
from tests.emitters.spool.conftest import MakeSpool, numbered
from tests.emitters.spool.peer import Peer, Reply
from tests.integration.http.conftest import Collector, server

__all__ = ["PostgresServer", "server"]


def emitting(folder: Path, url: str, first: int, count: int, ending: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.emitters.spool.emitting", str(folder), url]
    return subprocess.Popen(
        [*command, str(first), str(count), ending],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def drain(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "catchment_emitters.cli", "drain", "--once", "--dir", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def runs_in_log(collector: Collector, first: int, count: int) -> list[int]:
    """The numbers of the events in the log, of those asked for: each as often as it is there."""
    numbers = [int(entry["run"][-12:]) for entry in collector.entries() if entry["run"]]
    return sorted(n for n in numbers if first <= n < first + count)


@pytest.mark.parametrize(
    ("number", "first"),
    [(signal.SIGTERM, 1_000), (signal.SIGKILL, 2_000), (signal.SIGINT, 3_000)],
    ids=["SIGTERM", "SIGKILL", "SIGINT"],
)
def test_a_signal_loses_nothing_that_was_appended(
    server: Collector, tmp_path: Path, number: signal.Signals, first: int
) -> None:
    codes = []
    for count in (0, 500):  # a pipeline that emits nothing ends alike
        process = emitting(tmp_path, server.url, first, count, "wait")
        assert process.stdout is not None
        assert process.stdout.readline() == "appended\n"
        process.send_signal(number)
        code, out, _ = finish(process)
        assert out == ""
        codes.append(code)
    assert codes[0] == codes[1] != 0
    done = drain(tmp_path)
    assert done.returncode == 0, done.stderr
    assert runs_in_log(server, first, 500) == list(range(first, first + 500))
    assert list(tmp_path.iterdir()) == []


def test_killed_in_the_middle_of_appending(server: Collector, tmp_path: Path) -> None:
    process = emitting(tmp_path, server.url, 10_000, 20_000, "wait")
    deadline = monotonic() + 20
    while not any(path.stat().st_size > 50_000 for path in tmp_path.glob("*.jsonl")):
        assert monotonic() < deadline
        sleep(0.005)
    process.kill()
    finish(process)
    assert drain(tmp_path).returncode == 0
    found = runs_in_log(server, 10_000, 20_000)
    assert len(found) > 50
    assert found == list(range(10_000, 10_000 + len(found)))


def test_an_ordinary_end_ships_all(server: Collector, tmp_path: Path) -> None:
    code, out, err = finish(emitting(tmp_path, server.url, 40_000, 200, "end"))
    assert (code, out, err) == (0, "", "")
    assert runs_in_log(server, 40_000, 200) == list(range(40_000, 40_200))
    assert list(tmp_path.iterdir()) == []


def test_a_forked_child_has_a_segment_of_its_own(server: Collector, tmp_path: Path) -> None:
    code, out, err = finish(emitting(tmp_path, server.url, 50_000, 50, "fork"))
    assert (code, out, err) == (0, "", "")
    # What the child left, its parent shipped at its own end.
    assert runs_in_log(server, 50_000, 150) == list(range(50_000, 50_150))
    assert list(tmp_path.iterdir()) == []


def test_the_next_process_ships_what_the_last_one_left(server: Collector, tmp_path: Path) -> None:
    process = emitting(tmp_path, server.url, 60_000, 100, "wait")
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    finish(process)
    finish(emitting(tmp_path, server.url, 60_100, 1, "end"))
    assert runs_in_log(server, 60_000, 101) == list(range(60_000, 60_101))


@pytest.mark.parametrize("ending", ["end", "exit 3", "raise"])
def test_a_dead_collector_changes_neither_output_nor_exit_code(
    refused: str, tmp_path: Path, ending: str
) -> None:
    start = monotonic()
    code, out, err = finish(emitting(tmp_path, refused, 1, 500, ending))
    seconds = monotonic() - start
    assert code == {"end": 0, "exit 3": 3, "raise": 1}[ending]
    assert out == ""
    assert err.count("OpenLineage events wait in the spool") == 1
    assert ("the pipeline's own mistake" in err) == (ending == "raise")
    assert seconds < 3


def test_a_silent_collector_holds_the_exit_for_two_seconds_at_most(
    black_hole: str, tmp_path: Path
) -> None:
    start = monotonic()
    code, out, _ = finish(emitting(tmp_path, black_hole, 1, 100, "end"))
    assert (code, out) == (0, "")
    assert monotonic() - start < 4.5  # of which the start of Python and the imports


def test_two_drainers_ship_nothing_twice(
    peer: Peer, tmp_path: Path, refused: str, make: MakeSpool
) -> None:
    del refused
    peer.decide = lambda *_: Reply(503)
    for first in range(0, 500, 100):
        spool = make(peer.downstream)
        for n in range(first, first + 100):
            spool.append(numbered(n))
        spool.close(0)
    deadline = monotonic() + 10
    while any("catchment-spool" in thread.name for thread in _threads()):
        assert monotonic() < deadline
        sleep(0.01)
    peer.decide = lambda *_: Reply(204, b"", after_seconds=0.05)
    command = [sys.executable, "-m", "catchment_emitters.cli", "drain", "--once"]
    command += ["--dir", str(tmp_path / "spool")]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    for each in both:
        each.wait(timeout=30)
    assert sorted(peer.numbers()) == list(range(500))


def test_what_others_left_does_not_hold_up_a_flush(peer: Peer, make: MakeSpool) -> None:
    peer.decide = lambda *_: Reply(503)
    left = make(peer.downstream)
    for n in range(200):
        left.append(numbered(n))
    left.close(0)
    while left._shipper.running():
        sleep(0.01)
    peer.decide = lambda *_: Reply(204, b"", after_seconds=0.05)
    spool = make(peer.downstream, batch_events_max=1)
    spool.append(numbered(1_000))
    peer.wait_for(5)  # the other's are on their way: 10 s of them
    spool.append(numbered(1_001))
    assert spool.flush(2)
    assert 1_001 in peer.numbers()
    assert len(peer.events) < 100
    peer.decide = None
    peer.wait_for(202)


def _threads() -> list[threading.Thread]:
    return threading.enumerate()
