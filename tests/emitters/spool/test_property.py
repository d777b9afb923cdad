"""Whatever is appended, shipped and interrupted, in any order: nothing is lost, and nothing is
sent again that was acknowledged and noted."""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchment_emitters.spool import segment
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.orphans import Orphans
from catchment_emitters.spool.shipper import Shipper
from catchment_emitters.spool.store import Store
from tests.emitters.spool.conftest import numbered
from tests.emitters.spool.peer import Peer, Reply, accepted, serving

LIMITS = SpoolLimits(
    segment_bytes_max=2_000, batch_events_max=5, backoff_seconds_min=0, breaker_seconds_min=0
)
LONG = os.environ.get("CATCHMENT_TEST_PROFILE") == "long"

steps = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 12)),
    st.tuples(st.just("ship"), st.integers(1, 4)),
    st.tuples(st.just("refuse"), st.sampled_from([503, 429, 500])),
    st.tuples(st.just("half refuse"), st.integers(0, 4)),
    st.tuples(st.just("crash"), st.booleans()),
    st.tuples(st.just("crash before the note"), st.just(0)),
    st.tuples(st.just("close"), st.just(0)),
)


@pytest.fixture(scope="module")
def shared_peer() -> Iterator[Peer]:
    with serving() as running:
        yield running


class Machine:
    """One spool directory, and the process that dies and comes again."""

    def __init__(self, folder: Path, peer: Peer) -> None:
        self.folder = folder
        self.peer = peer
        self.appended: list[int] = []
        self.may_repeat: set[int] = set()
        self.begin()

    def begin(self) -> None:
        self.store = Store(self.folder, self.peer.downstream, LIMITS)
        self.shipper = Shipper(self.store, self.peer.downstream, LIMITS)

    def append(self, count: int) -> None:
        for _ in range(count):
            self.appended.append(len(self.appended))
            self.store.append(numbered(self.appended[-1]))

    def ship(self, batches: int) -> None:
        for _ in range(batches):
            own = self.store.oldest()
            sealed = own is not None and own.sealed
            if own is not None and not self.shipper._attempt(own) and sealed:
                self.store.finish(own)

    def note_half_done(self) -> None:
        own = self.store.oldest()
        if own is not None and own.reader is not None and own.reader._pending:
            # Of a batch in which one is to be sent again, what follows it is not noted yet.
            first = json.loads(own.reader._pending[0])["n"]
            self.may_repeat |= set(range(first + 1, first + LIMITS.batch_events_max))

    def crash(self, torn: bool) -> None:
        self.note_half_done()
        if torn and self.store._writer is not None:
            with self.store._writer.path.open("ab") as file:
                file.write(b'{"n": 99999, "half a li')
        segment.close_in_child()  # as the kernel closes them
        self.shipper.delivery.close()
        self.begin()

    def crash_before_the_note(self) -> None:
        with self.offsets_kept():
            before = len(self.peer.events)
            self.ship(1)
            self.may_repeat |= {json.loads(event)["n"] for event in self.peer.events[before:]}
        self.crash(torn=False)

    @contextmanager
    def offsets_kept(self) -> Iterator[None]:
        kept = {path: path.read_bytes() for path in self.folder.glob("*.off")}
        yield
        for path, content in kept.items():
            if path.exists():
                path.write_bytes(content)

    def refuse_one(self, index: int) -> None:
        """Of the next batch, one may pass later."""

        def decide(_path: str, events: list[bytes]) -> Reply:
            self.peer.decide = None
            one = {"index": index % len(events), "reason": "away", "retriable": True}
            return accepted(events, [one])

        self.peer.decide = decide

    def step(self, name: str, value: Any) -> None:
        if name == "append":
            self.append(value)
        elif name == "ship":
            self.ship(value)
        elif name == "refuse":
            self.peer.script.append(Reply(value))
        elif name == "half refuse":
            self.refuse_one(value)
        elif name == "crash":
            self.crash(value)
        elif name == "crash before the note":
            self.crash_before_the_note()
        else:
            self.close()

    def close(self) -> None:
        self.note_half_done()
        self.store.release()
        self.begin()


@settings(max_examples=400 if LONG else 60, deadline=None)
@given(st.lists(steps, max_size=25))
def test_nothing_is_lost_and_nothing_noted_is_sent_again(
    shared_peer: Peer, done: list[tuple[str, Any]]
) -> None:
    shared_peer.script.clear()
    shared_peer.events.clear()
    with tempfile.TemporaryDirectory() as name:
        shared_peer.requests.clear()
        shared_peer.decide = None
        machine = Machine(Path(name), shared_peer)
        for step in done:
            machine.step(*step)
        machine.crash(torn=True)
        shared_peer.script.clear()
        shared_peer.decide = None
        orphans = Orphans(Path(name), LIMITS, lambda _place: None)
        orphans.ship(lambda: False)
        orphans.close()
        counted = Counter(shared_peer.numbers())
        assert set(counted) == set(machine.appended)
        assert {n for n, times in counted.items() if times > 1} <= machine.may_repeat
        assert segment.segments(Path(name)) == []
