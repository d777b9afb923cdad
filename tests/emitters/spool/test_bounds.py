"""The spool never grows beyond its bounds, and says what it gave up."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catchment_emitters.spool import orphans
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.segment import segments
from tests.emitters.spool.conftest import MakeSpool, numbered
from tests.emitters.spool.peer import Peer, Reply

BURST = """
import resource, sys
from pathlib import Path
from catchment_emitters.spool.spool import Spool
from tests.emitters.spool.conftest import numbered

spool = Spool(Path(sys.argv[1]), {"type": "http", "url": sys.argv[2]})
spool.append(numbered(0))
spool.flush(5.0 if sys.argv[3] == "up" else 0.2)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for n in range(1, 100_000):
    spool.append(numbered(n, padding="x" * 500))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
print(spool.stats().dropped)
"""


@pytest.mark.parametrize("state", ["up", "away"])
def test_a_burst_of_100_000_takes_little_memory(
    state: str, peer: Peer, refused: str, tmp_path: Path
) -> None:
    url = peer.url if state == "up" else refused
    command = [sys.executable, "-c", BURST, str(tmp_path), url, state]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    grown_kib, dropped = map(int, done.stdout.split())
    assert dropped == 0
    assert grown_kib < 30 * 1024


def test_over_its_cap_the_oldest_are_dropped_and_counted(
    peer: Peer, make: MakeSpool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    peer.decide = lambda *_: Reply(503)
    spool = make(peer.downstream, segment_bytes_max=20_000, spool_bytes_max=100_000)
    for n in range(1_000):
        spool.append(numbered(n))
    used = sum(path.stat().st_size for path in (tmp_path / "spool").glob("*.jsonl"))
    assert used <= 125_000
    stats = spool.stats()
    assert stats.dropped > 500
    assert stats.waiting == 1_000 - stats.dropped
    assert len([r for r in caplog.records if "is full" in r.message]) == 1
    peer.decide = None
    assert spool.flush(10)
    found = peer.numbers()
    assert found[-stats.waiting :] == list(range(stats.dropped, 1_000))
    stats = spool.stats()
    assert stats.appended == stats.shipped + stats.dropped


def test_what_is_too_old_is_dropped(
    refused: str, make: MakeSpool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = make({"type": "http", "url": refused})
    spool.append(numbered(1))
    spool.close(0.3)
    (left,) = segments(tmp_path / "spool")
    deadline = time.monotonic() + 5
    while spool._shipper.running():  # it lets go of the segment when it ends
        assert time.monotonic() < deadline
        time.sleep(0.01)
    orphans.sweep(tmp_path / "spool", SpoolLimits(), lambda _path: False)
    assert left.exists()
    eight_days_ago = time.time() - 8 * 86_400
    os.utime(left, (eight_days_ago, eight_days_ago))
    orphans.sweep(tmp_path / "spool", SpoolLimits(), lambda _path: False)
    assert not left.exists()
    assert "waited too long" in caplog.text


def test_events_that_are_too_large_are_dropped(peer: Peer, make: MakeSpool) -> None:
    spool = make(peer.downstream, event_bytes_max=10_000)
    spool.append(numbered(1, padding="x" * 20_000))
    spool.append(numbered(2))
    assert spool.flush(5)
    assert peer.numbers() == [2]
    assert spool.stats().dropped == 1


def test_an_event_larger_than_a_batch_goes_alone(peer: Peer, make: MakeSpool) -> None:
    spool = make(peer.downstream, batch_bytes_max=10_000, linger_seconds=0.2)
    spool.append(numbered(1))
    spool.append(numbered(2, padding="x" * 200_000))
    spool.append(numbered(3))
    assert spool.flush(5)
    assert peer.numbers() == [1, 2, 3]


def test_no_secret_is_written_and_nobody_else_may_read(
    refused: str, make: MakeSpool, tmp_path: Path
) -> None:
    secret = "k-very-secret"
    auth = {"type": "api_key", "apiKey": secret}
    headers = {"X-Api-Key": secret}
    url = refused.replace("//", f"//user:{secret}@")
    spool = make({"type": "http", "url": url, "auth": auth, "custom_headers": headers})
    spool.append(numbered(1))
    folder = tmp_path / "spool"
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert secret.encode() not in path.read_bytes()
