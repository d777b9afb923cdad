"""One batch on its way: which entries are new, and the steps in the order of the tables."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from time import perf_counter
from typing import NamedTuple

from catchment.lineage.gather import Asserted
from catchment.lineage.ports import DeadEntry, Entry, EventEntry, Outcome
from catchment.postgres.write.aliases import lock_changed_aliases
from catchment.postgres.write.entities import ensure_names, last_sights
from catchment.postgres.write.folds import read_folds
from catchment.postgres.write.lineages import write_lineages
from catchment.postgres.write.log import (
    append,
    event_key,
    open_batch,
    start_packing_bodies,
    write_others,
    write_problems,
)
from catchment.postgres.write.renames import name_previous
from catchment.postgres.write.runs import (
    lock_runs,
    merge_runs,
    runs_wanted,
    write_contents,
    write_declarations,
    write_runs,
)
from catchment.postgres.write.session import Session
from catchment.postgres.write.state import Locked
from catchment.telemetry import metrics

_FIND_SECONDS = metrics.WRITE_STEP_SECONDS.labels(metrics.WriteStep.FIND)
_MERGE_SECONDS = metrics.WRITE_STEP_SECONDS.labels(metrics.WriteStep.MERGE)
_STORE_SECONDS = metrics.WRITE_STEP_SECONDS.labels(metrics.WriteStep.STORE)


class Identity(NamedTuple):
    """What makes two entries the same: event key and full hash, or the hash of a dead letter.

    A control entry is like no other: `n` is its place in the batch, else -1.
    """

    key: bytes | None
    sha256: bytes
    n: int = -1


class Batch:
    """Writes one batch inside an open transaction."""

    def __init__(self, session: Session, entries: Sequence[Entry], dead_letters_max: int) -> None:
        self._session = session
        self._entries = entries
        self._dead_letters_max = dead_letters_max
        self._received_at_us = time.time_ns() // 1000
        self.epoch: int | None = None

    async def run(self) -> list[Outcome]:
        """One outcome an entry. Afterwards `epoch` is the head row's, if anything was new."""
        identities = [_identity(n, entry) for n, entry in enumerate(self._entries)]
        fresh: dict[Identity, int] = {}
        for n, identity in enumerate(identities):
            fresh.setdefault(identity, n)
        seqs = await self._write_new(fresh, identities)
        await self._count_again(identities, fresh)
        return [
            Outcome(seqs[identity], repeat=fresh.get(identity) != n)
            for n, identity in enumerate(identities)
        ]

    async def _write_new(
        self, fresh: dict[Identity, int], identities: list[Identity]
    ) -> dict[Identity, int | None]:
        """Write what is new; `fresh` loses what is not. The seq of each, None if only counted."""
        session = self._session
        begun = perf_counter()
        asserted = self._assert(fresh)
        keys = [identity.key for identity in fresh if identity.key is not None]
        await lock_changed_aliases(session, asserted)
        opened = await open_batch(session, keys, runs_wanted(session, asserted))
        known = {Identity(key, digest): seq for (key, digest), seq in opened.known.items()}
        seqs: dict[Identity, int | None] = {i: seq for i, seq in known.items() if i in fresh}
        seqs.update(await self._find_dead(identities))
        for identity in seqs:
            fresh.pop(identity, None)
        if seqs:
            asserted = self._assert(fresh)
        if known:  # then no run was locked
            opened.runs = await lock_runs(session, runs_wanted(session, asserted))
        if fresh:
            locked = await read_folds(session, opened.runs)
            _FIND_SECONDS.observe(perf_counter() - begun)
            free = _free_keys(list(fresh), known)
            first_seq = await self._append(opened.id, asserted, locked, fresh, free)
            seqs.update(zip(fresh, range(first_seq, first_seq + len(fresh)), strict=True))
        return seqs

    def _assert(self, fresh: dict[Identity, int]) -> Asserted:
        asserted = Asserted()
        for n in fresh.values():
            entry = self._entries[n]
            if isinstance(entry, EventEntry):
                asserted.add(entry.event)
        return asserted

    async def _find_dead(self, identities: list[Identity]) -> dict[Identity, int | None]:
        known: dict[Identity, int | None] = {}
        dead = [i for i in identities if i.key is None and i.n < 0]
        if dead:
            for row in await self._session.fetch("find_dead", [i.sha256 for i in dead]):
                known[Identity(None, row["sha256"])] = row["seq"]
            await self._drop_beyond_bound(identities, known)
        return known

    async def _drop_beyond_bound(
        self, identities: list[Identity], known: dict[Identity, int | None]
    ) -> None:
        [[kept]] = await self._session.fetch("count_dead")
        for identity, entry in zip(identities, self._entries, strict=True):
            bounded = isinstance(entry, DeadEntry) and entry.bounded
            if bounded and identity not in known:
                kept += 1
                if kept > self._dead_letters_max:
                    known[identity] = None

    async def _append(
        self,
        batch: int,
        asserted: Asserted,
        locked: Locked,
        fresh: dict[Identity, int],
        keys: list[bytes | None],
    ) -> int:
        """Write the fresh entries and all that follows from them; the seq of the first."""
        session = self._session
        begun = perf_counter()
        entries = [self._entries[n] for n in fresh.values()]
        packing = start_packing_bodies(entries)
        await name_previous(session, asserted, locked)
        await ensure_names(session, asserted)
        changes = await merge_runs(session, asserted, locked)
        await write_contents(session, asserted, changes)
        merged = perf_counter()
        _MERGE_SECONDS.observe(merged - begun)
        await write_runs(session, changes)
        await write_declarations(session, asserted)
        await write_lineages(session, asserted.lineages)
        await write_problems(session, batch, entries)
        run_ids = {uuid: run_id for uuid, (run_id, _) in locked.items()}
        run_ids.update((change.uuid, change.id) for change in changes)
        seen = last_sights(session, asserted)
        head = await append(
            session, batch, self._received_at_us, entries, packing, keys, seen, run_ids
        )
        await write_others(session, head, entries)
        self.epoch = head.graph_epoch
        _STORE_SECONDS.observe(perf_counter() - merged)
        return head.first_seq

    async def _count_again(self, identities: list[Identity], fresh: dict[Identity, int]) -> None:
        """Dead letters that came once more are counted, in key order."""
        dead = Counter(i.sha256 for i in identities if i.key is None and i.n < 0)
        new = {i.sha256 for i in fresh if i.key is None and i.n < 0}
        for digest in sorted(dead):
            again = dead[digest] - (digest in new)
            if again:
                await self._session.execute("count_dead_again", digest, again)


def _identity(n: int, entry: Entry) -> Identity:
    if isinstance(entry, EventEntry):
        event = entry.event
        return Identity(event_key(event.time_us, event.sha256), event.sha256)
    if isinstance(entry, DeadEntry):
        return Identity(None, sha256(entry.body).digest())
    return Identity(None, b"", n)


def _free_keys(identities: list[Identity], met: Iterable[Identity]) -> list[bytes | None]:
    """The event keys; none for the second of two events whose 80 bits of hash are the same."""
    taken = {identity.key for identity in met}
    keys: list[bytes | None] = []
    for identity in identities:
        free = identity.key is not None and identity.key not in taken
        keys.append(identity.key if free else None)
        if identity.key is not None:
            taken.add(identity.key)
    return keys
