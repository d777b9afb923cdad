"""What follows from a control entry: rows about names, each found by its natural key.

Runs in the transaction of the entry, after the head row is taken; touches no row that events write,
so that nothing can wait for it.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from catchment.events.names import from_text
from catchment.lineage.keys import dataset_name, job_name, namespace_key, source_key
from catchment.lineage.ports import ControlEntry, Kind
from catchment.postgres.write.session import Session

Said = dict[str, Any]


async def write_control(session: Session, seq: int, at_us: int, entry: ControlEntry) -> None:
    """The entry's row, and what it changes."""
    text = entry.body.decode()
    await session.execute("insert_control", seq, at_us, text)
    effect = _EFFECTS.get(entry.kind)
    if effect is not None:
        await effect(session, seq, at_us, json.loads(text))


def _key(said: Said) -> bytes:
    namespace = from_text(said["namespace"])
    if said["of"] == "namespace":
        return namespace_key(namespace)
    make = job_name if said["of"] == "job" else dataset_name
    return make(namespace, from_text(said["name"])).key


async def _delete(session: Session, seq: int, at_us: int, said: Said) -> None:
    await session.execute("insert_deletion", _key(said), seq, at_us)


async def _tag(session: Session, seq: int, at_us: int, said: Said) -> None:
    if said["action"] == "describe":
        await session.execute("insert_tag_note", seq, at_us, said["tag"], said["description"])
        return
    given = said["action"] == "add"
    values = (given, said["field"], said["tag"])
    await session.execute("insert_tag_mark", _key(said), seq, at_us, *values)


async def _namespace(session: Session, seq: int, at_us: int, said: Said) -> None:
    key = namespace_key(from_text(said["namespace"]))
    values = (said["namespace"], said["owner"], said["description"])
    await session.execute("insert_namespace_note", key, seq, at_us, *values)


async def _source(session: Session, seq: int, at_us: int, said: Said) -> None:
    key = source_key(from_text(said["name"]))
    values = (said["name"], said["type"], said["url"], said["description"])
    await session.execute("insert_source_note", key, seq, at_us, *values)


_EFFECTS: dict[Kind, Callable[[Session, int, int, Said], Awaitable[None]]] = {
    Kind.DELETE: _delete,
    Kind.TAG: _tag,
    Kind.NAMESPACE: _namespace,
    Kind.SOURCE: _source,
}
