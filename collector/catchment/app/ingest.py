"""`ingest`: files into the log without a server, beside one if it runs. Knows only who does it."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from catchment.app.database import database, make_ready
from catchment.app.rooms import new_intake, writing
from catchment.lineage.ports import Source
from catchment.receivers.files import FileDoor, Tally
from catchment.receivers.lines import EventFile
from catchment.settings import Settings


class Step(NamedTuple):
    """How far a file is: `read_bytes` as stored, and what became of its elements."""

    path: str
    read_bytes: int
    skipped: int
    tally: Tally


async def ingest(
    settings: Settings, files: list[tuple[str, IO[bytes]]], *, restart: bool
) -> AsyncIterator[Step]:
    """Store the events of files; a step after each slice that is durable.

    Raises:
        CatchmentError: a file cannot be told apart, or the database is away; what was stored stays.
    """
    async with database(settings, join=True) as dsn:
        await make_ready(dsn)
        async with writing(settings, dsn) as pipeline:
            intake = new_intake(settings, Source.FILE)
            try:
                door = FileDoor(pipeline, intake)
                for path, file in files:
                    mark = Bookmark(settings.data_dir, dsn, path)
                    skip = 0 if restart else mark.read()
                    source = EventFile(file, event_bytes_max=settings.body_bytes_max)
                    yield Step(path, 0, skip, Tally())
                    async for tally in door.store(source.elements(), path, skip):
                        mark.write(skip + tally.done)
                        yield Step(path, source.read_bytes, skip, tally)
                    mark.remove()
            finally:
                intake.close()


class Bookmark:
    """Where to go on in a file after an interruption; kept in the data dir while it is read.

    Only to save time: repeats are recognised, so a lost bookmark loses nothing.
    """

    def __init__(self, data_dir: Path, dsn: str, path: str) -> None:
        whole = str(Path(path).absolute()) if path != "-" else "-"
        digest = hashlib.sha256(f"{dsn}\0{whole}".encode("utf-8", "surrogateescape")).hexdigest()
        self._file = data_dir / "ingest" / f"{digest[:32]}.json"
        self._facts = _facts(Path(path)) if path != "-" else None

    def read(self) -> int:
        """How many elements to skip; 0 if the file changed since."""
        if self._facts is None:
            return 0
        try:
            kept = json.loads(self._file.read_text())
            return int(kept["elements"]) if kept["facts"] == self._facts else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def write(self, elements: int) -> None:
        """So many elements are durable."""
        if self._facts is None:
            return
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps({"elements": elements, "facts": self._facts}))

    def remove(self) -> None:
        """The file is done."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)


def _facts(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino]
