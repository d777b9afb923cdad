"""What waits in a spool, of whom, and where to; what was refused."""

import time
from pathlib import Path

from catchment_emitters.spool.dead_letters import dead_files, read_dead
from catchment_emitters.spool.downstream import place_of
from catchment_emitters.spool.segment import (
    SegmentReader,
    adopt,
    read_header,
    segments,
    unlock,
)

_LETTERS_SHOWN = 3


def show_status(directory: Path) -> int:
    """Print it; 1 if events of ended processes wait, or some were refused."""
    print(f"spool  {directory}")  # noqa: T201
    left = [_show_segment(path) for path in segments(directory)]
    dead = [_show_dead(path) for path in dead_files(directory)]
    if not any(left) and not any(dead):
        print("Nothing waits for another process, nothing was refused.")  # noqa: T201
    return 1 if any(left) or any(dead) else 0


def _show_segment(path: Path) -> bool:
    """One line; whether it is an orphan's and holds something."""
    header = read_header(path)
    if header is None:
        print(f"{path.name}  cannot be read: no header of a spool")  # noqa: T201
        return True
    lock = adopt(path)
    if lock is not None:
        unlock(lock)
    try:
        reader = SegmentReader(path)
    except OSError:
        return False  # shipped and removed meanwhile
    waiting = reader.count_waiting()
    reader.close()
    owner = f"process {header.get('pid')} on {header.get('host')}"
    state = "running" if lock is None else "ended"
    age = _age(time.time() - path.stat().st_mtime) if path.exists() else "0 s"
    print(  # noqa: T201
        f"{waiting} events of {owner} ({state}, last event {age} ago)"
        f" for {place_of(header['downstream'])}"
    )
    return lock is not None and waiting > 0


def _show_dead(path: Path) -> bool:
    letters = read_dead(path)
    print(f"{len(letters)} events were refused, kept in {path}:")  # noqa: T201
    for letter in letters[-_LETTERS_SHOWN:]:
        print(f"  {letter.get('at')}  {letter.get('to')}: {letter.get('reason')}")  # noqa: T201
    return bool(letters)


def _age(seconds: float) -> str:
    for name, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {name}"
    return f"{max(0.0, seconds):.0f} s"
