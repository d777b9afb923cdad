"""Where to go on after an interruption, kept in the data dir. Knows not what is read.

Only to save time: repeats are recognised, so a lost bookmark loses nothing.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from catchment.errors import Permanent


class Bookmark:
    """How far one source is on one database; of no use once `facts` are others.

    Without facts nothing is kept: who cannot be read again has no place to go on from.
    """

    def __init__(self, data_dir: Path, dsn: str, name: str, facts: list[int] | None) -> None:
        digest = hashlib.sha256(f"{dsn}\0{name}".encode("utf-8", "surrogateescape")).hexdigest()
        self._file = data_dir / "ingest" / f"{digest[:32]}.json"
        self._facts = facts

    @classmethod
    def of_file(cls, data_dir: Path, dsn: str, path: str) -> Self:
        """Of a file; `-` has none."""
        if path == "-":
            return cls(data_dir, dsn, path, None)
        found = Path(path).stat()
        facts = [found.st_size, found.st_mtime_ns, found.st_ino]
        return cls(data_dir, dsn, str(Path(path).absolute()), facts)

    def read(self) -> int:
        """The place that was written last; 0 if there is none, or the facts changed since."""
        if self._facts is None:
            return 0
        try:
            kept = json.loads(self._file.read_text())
            return int(kept["place"]) if kept["facts"] == self._facts else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def write(self, place: int) -> None:
        """All before this place is durable."""
        if self._facts is None:
            return
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps({"place": place, "facts": self._facts}))

    @contextmanager
    def until_done(self) -> Iterator[None]:
        """It is of no use behind the block, unless that is interrupted or the database is away."""
        try:
            yield
        except Permanent:
            self.remove()
            raise
        self.remove()

    def remove(self) -> None:
        """All of it is done."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)
