"""`ingest`: files into the log without a server, beside one if it runs. Knows only who does it."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from catchment.app.database import database, make_ready
from catchment.app.rooms import new_intake, writing
from catchment.errors import Permanent
from catchment.lineage.ports import Source
from catchment.receivers.files import FileDoor, Tally
from catchment.receivers.lines import EventFile
from catchment.settings import Settings


class Step(NamedTuple):
    """How far a file is: `read_bytes` as stored, and what became of its elements.

    `broken` says why there is no more to be had of it.
    """

    path: str
    read_bytes: int
    skipped: int
    tally: Tally
    broken: Permanent | None = None


async def ingest(
    settings: Settings,
    paths: Iterable[str],
    opened: Callable[[str], AbstractContextManager[IO[bytes]]],
    *,
    restart: bool,
) -> AsyncIterator[Step]:
    """Store the events of files; a step after each slice that is durable, and one at each's end.

    Raises:
        CatchmentError: the database cannot be used; what was stored stays.
    """
    async with database(settings, join=True) as dsn:
        await make_ready(dsn)
        async with writing(settings, dsn) as pipeline:
            intake = new_intake(settings, Source.FILE)
            try:
                files = _Files(settings, dsn, FileDoor(pipeline, intake), restart)
                for path in paths:
                    async for step in files.store(path, opened):
                        yield step
            finally:
                intake.close()


@dataclass(frozen=True, slots=True)
class _Files:
    """Stores one file after the other."""

    settings: Settings
    dsn: str
    door: FileDoor
    restart: bool

    async def store(
        self, path: str, opened: Callable[[str], AbstractContextManager[IO[bytes]]]
    ) -> AsyncIterator[Step]:
        """The steps of one file; if it is broken, the last one says so."""
        step = Step(path, 0, 0, Tally())
        try:
            with opened(path) as file:
                mark = Bookmark(self.settings.data_dir, self.dsn, path)
                step = step._replace(skipped=0 if self.restart else mark.read())
                source = EventFile(file, event_bytes_max=self.settings.body_bytes_max)
                yield step
                with mark.until_done():
                    async for tally in self.door.store(source.elements(), path, step.skipped):
                        mark.write(step.skipped + tally.done)
                        step = step._replace(read_bytes=source.read_bytes, tally=tally)
                        yield step
        except Permanent as error:
            yield step._replace(broken=error)


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

    @contextmanager
    def until_done(self) -> Iterator[None]:
        """It is of no use behind the block, unless that is interrupted or the database is away."""
        try:
            yield
        except Permanent:
            self._remove()
            raise
        self._remove()

    def _remove(self) -> None:
        with suppress(OSError):
            self._file.unlink(missing_ok=True)


def _facts(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino]
