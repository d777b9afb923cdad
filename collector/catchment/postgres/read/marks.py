"""What people say of names: the tags that they gave and took, and what tags mean."""

from collections.abc import Collection, Iterable, Mapping

import asyncpg
import msgspec

from catchment.events.facets.cache import view
from catchment.events.facets.reading import items, obj, text
from catchment.events.kept import Kept
from catchment.events.names import from_text
from catchment.postgres.asking import Asking
from catchment.postgres.contents import facet_of


class Mark(msgspec.Struct, frozen=True):
    """A tag that a person gave (or took) to a node, or to a column of it by its dotted path.

    `seq`: its place in the log, by which the latest of several words is known.
    """

    field: str | None
    tag: str
    given: bool
    seq: int


_KEPT_BYTES_MAX = 8 * 1024 * 1024

Marks = tuple[Mark, ...]


def of_all_names(marks: Mapping[bytes, Marks], keys: Collection[bytes]) -> Marks:
    """What holds of a dataset with these names: the latest word on each tag, under any of them."""
    said = [mark for key in keys for mark in marks.get(key, ())]
    if len(keys) < 2:
        return tuple(said)
    latest: dict[tuple[str | None, str], Mark] = {}
    for mark in sorted(said, key=lambda mark: mark.seq):
        latest[mark.field, mark.tag] = mark
    return tuple(latest.values())


class MarkBook(Asking):
    """Reads marks."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        # Facets never change, and what is read of them is small.
        self._tags = Kept[int, frozenset[str]](_KEPT_BYTES_MAX)

    async def of(self, keys: list[bytes], as_of_us: int) -> dict[bytes, Marks]:
        """Natural key -> the marks that hold then; nothing for nodes without any."""
        found: dict[bytes, Marks] = {}
        for row in await self.ask("tag_marks", keys, as_of_us):
            field = None if row["field"] is None else from_text(row["field"])
            mark = Mark(field, from_text(row["tag"]), row["given"], row["seq"])
            found[row["key"]] = (*found.get(row["key"], ()), mark)
        return found

    async def described(self) -> dict[str, str | None]:
        """Every tag that a person made or described -> its description."""
        rows = await self.ask("tags_described")
        return {from_text(row["name"]): _text(row["description"]) for row in rows}

    async def given(self) -> set[str]:
        """Every tag that a person ever gave."""
        return {from_text(row["tag"]) for row in await self.ask("tags_given")}

    async def emitted(self) -> set[str]:
        """Every tag that an event ever gave to a job, a dataset or a column."""
        found: set[str] = set()
        unread = []
        for row in await self.ask("tag_facets"):
            tags = self._tags.get(row["id"])
            if tags is None:
                unread.append(row["id"])
            else:
                found |= tags
        for row in await self.ask("tag_bodies", unread) if unread else ():
            tags = _tags_in(row["body"])
            self._tags.put(row["id"], tags, len(row["body"]))
            found |= tags
        return found


def _text(stored: str | None) -> str | None:
    return None if stored is None else from_text(stored)


def _tags_in(body: bytes) -> frozenset[str]:
    tags: Iterable[object] = items(view(facet_of("tags", False, body)).get("tags"))
    return frozenset(text(obj(tag).get("key")) for tag in tags) - {""}
