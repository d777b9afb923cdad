"""No disk to write to, for a while or for good: events wait in memory, within bounds."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from tests.emitters.spool.conftest import MakeSpool, numbered
from tests.emitters.spool.peer import Peer, Reply

# A limit of the process on the size of files is a disk that is full, without being root.
LIMITED = """
import resource, sys
from pathlib import Path
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.spool import Spool
from tests.emitters.spool.conftest import numbered

limits = SpoolLimits(linger_seconds=0.5, disk_retry_seconds=0.0)
spool = Spool(Path(sys.argv[1]), {"type": "http", "url": sys.argv[2]}, limits=limits)
spool.append(numbered(0))
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
for n in range(1, 100):
    spool.append(numbered(n))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
for n in range(100, 200):
    spool.append(numbered(n))
"""


def test_half_a_line_on_a_full_disk_is_taken_back(peer: Peer, tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "spool"), peer.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr
    assert sorted(peer.numbers()) == list(range(200))
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 1 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small file system can be mounted by root only")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_and_back(
    small: Path, peer: Peer, make: MakeSpool, caplog: pytest.LogCaptureFixture
) -> None:
    peer.decide = lambda *_: Reply(503)
    folder = small.parent / "spool"
    folder.symlink_to(small)
    spool = make(peer.downstream, disk_retry_seconds=0.0)
    for n in range(100):
        spool.append(numbered(n))
    filler = small / "filler"
    found = os.statvfs(small)
    filler.write_bytes(bytes(found.f_bavail * found.f_frsize))
    for n in range(100, 400):
        spool.append(numbered(n))
    assert spool.stats().waiting == 400
    assert [r.message.split(":")[0] for r in caplog.records if "cannot be" in r.message] == [
        f"The spool {folder} cannot be written ([Errno 28] No space left on device)"
    ]
    filler.unlink()
    for n in range(400, 500):
        spool.append(numbered(n))
    peer.decide = None
    assert spool.flush(20)
    assert sorted(peer.numbers()) == list(range(500))


def test_a_directory_that_cannot_be_made_and_then_can(
    peer: Peer, make: MakeSpool, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "spool"
    in_the_way.write_text("a file")
    spool = make(peer.downstream, disk_retry_seconds=0.05)
    for n in range(100):
        spool.append(numbered(n))
    assert spool.flush(5)  # from memory
    in_the_way.unlink()
    sleep(0.1)
    peer.decide = lambda *_: Reply(503)
    for n in range(100, 200):
        spool.append(numbered(n))
    assert sum(path.read_bytes().count(b'"n"') for path in in_the_way.glob("*.jsonl")) == 100
    peer.decide = None
    assert spool.flush(5)
    assert sorted(peer.numbers()) == list(range(200))


def test_a_read_only_directory(peer: Peer, make: MakeSpool, tmp_path: Path, small: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    (tmp_path / "spool").symlink_to(small)
    spool = make(peer.downstream)
    for n in range(50):
        spool.append(numbered(n))
    assert spool.flush(5)
    assert peer.numbers() == list(range(50))


def test_memory_is_bounded_and_the_oldest_go_first(
    refused: str, make: MakeSpool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool").write_text("a file")
    spool = make({"type": "http", "url": refused}, memory_events_max=1_000, linger_seconds=5)
    for n in range(5_000):
        spool.append(numbered(n))
    stats = spool.stats()
    assert (stats.waiting, stats.dropped) == (1_000, 4_000)
    kept = spool._store.memory.take(1, 10_000)
    assert b'"n": 4000,' in kept[0]
    assert len([r for r in caplog.records if "memory is full" in r.message]) == 1


def test_memory_is_bounded_by_bytes_too(refused: str, make: MakeSpool, tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file")
    spool = make({"type": "http", "url": refused}, memory_bytes_max=100_000, linger_seconds=5)
    for n in range(100):
        spool.append(numbered(n, padding="x" * 10_000))
    assert 5 <= spool.stats().waiting <= 10
