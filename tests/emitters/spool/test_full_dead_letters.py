"""Refused events on a full disk: kept where they are until there is room."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catchment_emitters.spool.dead_letters import keep_dead, read_dead
from catchment_emitters.spool.delivery import Delivery
from catchment_emitters.spool.limits import SpoolLimits
from tests.emitters.spool.conftest import numbered
from tests.emitters.spool.peer import Peer, Reply


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A limit of the process on the size of files is a disk that is full, without being root."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_half_a_letter_is_taken_back_and_said(tmp_path: Path) -> None:
    path = tmp_path / "x.dead.jsonl"
    keep_dead(path, b"first", "bad", "there")
    whole = path.read_bytes()
    for room in (20, 0):
        with files_of_at_most(len(whole) + room), pytest.raises(OSError, match=r"space|large"):
            keep_dead(path, b"second", "bad", "there")
        assert path.read_bytes() == whole
    keep_dead(path, b"third", "bad", "there")
    assert [letter["event"] for letter in read_dead(path)] == ["first", "third"]


class Two:
    """Two events, until they are settled."""

    def __init__(self) -> None:
        self.waiting = [numbered(1), numbered(2)]

    def batch(self, *_: int) -> list[bytes]:
        return self.waiting

    def settle(self, retry: list[bytes]) -> None:
        self.waiting = retry


def test_what_there_is_no_room_for_is_not_settled(peer: Peer) -> None:
    peer.decide = lambda *_: Reply(422)
    delivery, source = Delivery(peer.downstream, SpoolLimits()), Two()
    kept: list[bytes] = []

    def dead(event: bytes, _reason: str, _place: str) -> None:
        if kept:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept.append(event)

    attempt = delivery.attempt(source, dead)
    assert (attempt.shipped, attempt.dead, attempt.failed) == (0, 1, True)
    assert source.waiting == [numbered(2)]
    assert "No space left" in delivery.reason
    kept.clear()
    assert delivery.attempt(source, dead).dead == 1
    assert source.waiting == []
    delivery.close()
