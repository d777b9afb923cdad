"""Segment files: a header line, then one event a line, and beside it how far was shipped.

    <start in ms>-<pid>-<random>.jsonl        mode 0600, locked (flock) by its process
    <the same>.off                            bytes that need not be sent again, 20 digits
    <the same>.dead.jsonl                     what was refused for good, with the reason

The lock belongs to the open file, so the kernel gives it back when the process dies however it
dies: what can be locked is an orphan. A process identifier alone would not do, it is used again,
and it says nothing across containers that share a directory.
"""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

SUFFIX, OFFSET_SUFFIX, DEAD_SUFFIX, NEW_SUFFIX = ".jsonl", ".off", ".dead.jsonl", ".new"
FORMAT = 1
_HEADER_BYTES_MAX = 1024**2
_MEND_BYTES = 64 * 1024  # read at a time when half a line is looked for

# Every descriptor that holds a lock. A forked child closes them: a lock is given back only when
# the last process that has the open file closes it.
_locking: set[int] = set()


def close_in_child() -> None:
    """In a forked child: let go of the parent's locks (closing them does not unlock)."""
    for descriptor in _locking:
        with suppress(OSError):
            os.close(descriptor)
    _locking.clear()


def unlock(descriptor: int) -> None:
    """Close a descriptor that holds a lock."""
    if descriptor in _locking:
        _locking.discard(descriptor)
        with suppress(OSError):
            os.close(descriptor)


def adopt(path: Path) -> int | None:
    """Lock a segment that nobody has; the descriptor that holds the lock, or None."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino != path.stat().st_ino:
            raise FileNotFoundError  # shipped and removed by another one meanwhile
    except OSError:
        os.close(descriptor)
        return None
    _locking.add(descriptor)
    return descriptor


def beside(path: Path, suffix: str) -> Path:
    """The file of another kind that belongs to a segment."""
    return path.with_name(path.name.removesuffix(SUFFIX) + suffix)


def remove(path: Path) -> None:
    """A segment and its offset; in this order, or a crash between would send all again."""
    for each in (path, beside(path, OFFSET_SUFFIX)):
        with suppress(OSError):
            each.unlink()


def segments(directory: Path) -> list[Path]:
    """The segments there, oldest first."""
    try:
        with os.scandir(directory) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return []
    found = [name for name in names if name.endswith(SUFFIX) and not name.endswith(DEAD_SUFFIX)]
    return [directory / name for name in sorted(found)]


def read_header(path: Path) -> dict[str, Any] | None:
    """What a segment says of itself: `pid`, `host`, `downstream`; None if it cannot be read."""
    try:
        with path.open("rb") as file:
            header = json.loads(file.readline(_HEADER_BYTES_MAX))
    except (OSError, ValueError):
        return None
    if not isinstance(header, dict) or header.get("spool") != FORMAT:
        return None
    return header if isinstance(header.get("downstream"), dict) else None


class SegmentWriter:
    """The segment that a process appends to. Not safe for threads: the spool locks."""

    def __init__(self, directory: Path, downstream: Mapping[str, Any], *, fsync: bool) -> None:
        """Make the file, locked from its first moment; OSError if it cannot be made."""
        name = f"{time.time_ns() // 1_000_000:013d}-{os.getpid()}-{os.urandom(4).hex()}"
        self.path = directory / (name + SUFFIX)
        self.events = 0
        self._fsync = fsync
        self._torn = False
        made = directory / (name + NEW_SUFFIX)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.descriptor = os.open(made, flags, 0o600)
        _locking.add(self.descriptor)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            header = {
                "spool": FORMAT,
                "pid": os.getpid(),
                "host": os.uname().nodename,
                "downstream": downstream,
            }
            self._write(json.dumps(header).encode() + b"\n")
            self.bytes = os.fstat(self.descriptor).st_size
            write_offset(beside(self.path, OFFSET_SUFFIX), self.bytes)
            made.rename(self.path)
        except BaseException:
            unlock(self.descriptor)
            for each in (made, beside(self.path, OFFSET_SUFFIX)):
                with suppress(OSError):
                    each.unlink()
            raise

    def append(self, body: bytes) -> None:
        """Write one event; OSError if it did not get onto the disk whole."""
        if self._torn:
            self._mend()
        # Counted first: an interrupt may come at any point, and what is written must be counted.
        self.events += 1
        try:
            self._write(body + b"\n")
        except OSError:
            self.events -= 1
            raise
        self.bytes += len(body) + 1
        if self._fsync:
            os.fdatasync(self.descriptor)

    def _write(self, line: bytes) -> None:
        self._torn = True  # unless all goes well
        written = os.write(self.descriptor, line)
        if written != len(line):
            # The disk is full in the middle of a line. Readers stop at the last newline.
            raise OSError(28, "No space left on device")
        self._torn = False

    def _mend(self) -> None:
        """Take half a line back before the next one is written, and nothing but half a line."""
        self.bytes = self._whole_bytes()
        os.ftruncate(self.descriptor, self.bytes)
        self._torn = False

    def _whole_bytes(self) -> int:
        """Up to its last newline, as the file says: an interrupt may have left us behind it."""
        end = os.fstat(self.descriptor).st_size
        while end > 0:
            start = max(0, end - _MEND_BYTES)
            newline = os.pread(self.descriptor, end - start, start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            end = start
        return 0


def write_offset(path: Path, offset: int) -> None:
    """Of one width and made once, so that it can be written over on a full disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.write(descriptor, b"%020d\n" % offset) != 21:
            raise OSError(28, "No space left on device")
    finally:
        os.close(descriptor)


class SegmentReader:
    """Reads a segment in batches from where shipping got to. Used by one thread at a time."""

    def __init__(self, path: Path, lock: int | None = None) -> None:
        """Open it; `lock` is the descriptor of the lock of a sealed segment, closed with it."""
        self.path = path
        self.lock = lock
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._first = len(self._line_at(0))
        self._offset = self._stored_offset()
        self._end = self._offset
        self._pending: list[bytes] = []
        self._starts: list[int] = []

    def _line_at(self, offset: int) -> bytes:
        line, newline, _ = os.pread(self._descriptor, _HEADER_BYTES_MAX, offset).partition(b"\n")
        return line + newline

    def _stored_offset(self) -> int:
        """Where to go on; from the start where that is unreadable, for repeats are recognised."""
        try:
            offset = int(beside(self.path, OFFSET_SUFFIX).read_bytes())
        except (OSError, ValueError):
            return self._first
        size = os.fstat(self._descriptor).st_size
        good = self._first <= offset <= size and os.pread(self._descriptor, 1, offset - 1) == b"\n"
        return offset if good else self._first

    def batch(self, events_max: int, bytes_max: int, event_bytes_max: int) -> list[bytes]:
        """The next events that are whole, the same ones until `settle`; empty at the end."""
        if self._pending:
            return self._pending
        size, chunk, end = bytes_max, b"", -1
        while end < 0 and len(chunk) < event_bytes_max:
            chunk = os.pread(self._descriptor, size, self._end)
            end = chunk.rfind(b"\n")
            if len(chunk) < size:
                break
            size *= 4
        lines = chunk[: max(end, 0)].split(b"\n")[:events_max] if end >= 0 else []
        self._pending, self._starts = [], []
        for line in lines:
            if line.strip():
                self._pending.append(line)
                self._starts.append(self._end)
            self._end += len(line) + 1
        if lines and not self._pending:
            self.settle([])
            return self.batch(events_max, bytes_max, event_bytes_max)
        return self._pending

    def settle(self, retry: list[bytes]) -> None:
        """What of the batch is still to be sent; the offset moves up to the first of it."""
        # What is sent again is a part of the batch in its order, the very same objects.
        again = {id(event) for event in retry}
        kept = [n for n, event in enumerate(self._pending) if id(event) in again]
        self._starts = [self._starts[n] for n in kept]
        self._pending = [self._pending[n] for n in kept]
        done = self._starts[0] if kept else self._end
        if done != self._offset:
            self._offset = done
            # It costs only repeats if this fails: a full disk, a directory that went.
            with suppress(OSError):
                write_offset(beside(self.path, OFFSET_SUFFIX), self._offset)

    def count_waiting(self) -> int:
        """Whole events not yet acknowledged."""
        count, offset = 0, self._offset
        while chunk := os.pread(self._descriptor, 1024**2, offset):
            count += chunk.count(b"\n")
            offset += len(chunk)
        return count

    def close(self) -> None:
        """Give back the file and its lock."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
        self._descriptor = -1
        if self.lock is not None:
            unlock(self.lock)
        self.lock = None
