"""Control entries: what a person changed becomes an entry of the log in the same transaction."""

import time

import asyncpg

from catchment.lineage.ports import ControlEntry, Kind
from catchment.postgres.write.log import (
    append,
    open_batch,
    start_packing_bodies,
    write_others,
)
from catchment.postgres.write.session import Session
from catchment.postgres.write.state import IdBlocks, Known


async def append_control(connection: asyncpg.Connection, kind: Kind, body: bytes) -> int:
    """Append one control entry inside the caller's open transaction; answers its seq.

    `body` is JSON text and must hold no secret. Takes the head row: commit soon after.
    """
    session = Session(connection, Known(), IdBlocks(), IdBlocks())
    entries = [ControlEntry(kind, body)]
    batch = (await open_batch(session, [], [])).id
    packing = start_packing_bodies(entries)
    head = await append(session, batch, time.time_ns() // 1000, entries, packing, [None], {}, {})
    await write_others(session, head, entries)
    return head.first_seq
