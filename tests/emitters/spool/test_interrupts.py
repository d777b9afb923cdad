"""Ctrl-C in the middle of an append, caught by the pipeline: what was written arrives."""

import os
from pathlib import Path

import pytest

from catchment_emitters.spool import segment
from catchment_emitters.spool.segment import SegmentReader, SegmentWriter
from tests.emitters.spool.conftest import MakeSpool, numbered
from tests.emitters.spool.peer import Peer, Reply


class Interrupting:
    """The module `os`, whose `write` is interrupted once: `after` bytes are written by then."""

    def __init__(self, after: int | None = None) -> None:
        self.armed = False
        self._after = after

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def write(self, descriptor: int, line: bytes) -> int:
        written = os.write(descriptor, line[: self._after] if self.armed else line)
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt
        return written


def interrupting(monkeypatch: pytest.MonkeyPatch, after: int | None = None) -> Interrupting:
    made = Interrupting(after)
    monkeypatch.setattr(segment, "os", made)
    return made


def test_an_event_is_sent_whose_append_was_interrupted_after_the_write(
    peer: Peer, make: MakeSpool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    peer.decide = lambda *_: Reply(503)
    # A batch of all but the last: the segment must not count as done after it.
    spool = make(peer.downstream, segment_bytes_max=8_000, batch_events_max=4)
    disk = interrupting(monkeypatch)
    for n in range(4):
        spool.append(numbered(n, padding="x" * 1_000))
    disk.armed = True
    with pytest.raises(KeyboardInterrupt):
        spool.append(numbered(4, padding="x" * 1_000))
    spool.append(numbered(5, padding="x" * 6_000))  # seals the first segment
    assert len(list((tmp_path / "spool").glob("*.jsonl"))) == 2
    peer.decide = None
    assert spool.flush(10)
    assert spool.close(2)
    assert sorted(peer.numbers()) == list(range(6))
    assert spool.stats().dropped == 0
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize("after", [None, 100_000, 0], ids=["whole", "half", "nothing"])
def test_whatever_was_written_by_then_the_file_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int | None
) -> None:
    disk = interrupting(monkeypatch, after)
    writer = SegmentWriter(tmp_path, {"type": "none"}, fsync=False)
    writer.append(b"1")
    disk.armed = True
    with pytest.raises(KeyboardInterrupt):
        writer.append(b"2" * 200_000)
    writer.append(b"3")
    assert writer.bytes == writer.path.stat().st_size
    reader = SegmentReader(writer.path)
    events = reader.batch(10, 10**6, 10**6)
    assert events == [b"1", *([b"2" * 200_000] if after is None else []), b"3"]
    reader.close()
    segment.unlock(writer.descriptor)


def test_a_disk_that_fills_after_an_interrupt_takes_back_no_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = interrupting(monkeypatch)
    writer = SegmentWriter(tmp_path, {"type": "none"}, fsync=False)
    disk.armed = True
    with pytest.raises(KeyboardInterrupt):
        writer.append(b"1")
    writer.append(b"2")
    os.write(writer.descriptor, b"hal")  # as a full disk leaves it
    writer._torn = True
    writer.append(b"3")
    assert writer.path.read_bytes().splitlines()[1:] == [b"1", b"2", b"3"]
    segment.unlock(writer.descriptor)
