"""Ship what ended processes left: by hand, from cron, or as a sidecar."""

import sys
from pathlib import Path
from time import sleep

from catchment_emitters.spool.configured import whole_of
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.orphans import Orphans, sweep
from catchment_emitters.spool.segment import adopt, segments, unlock


def drain(directory: Path, *, once: bool) -> int:
    """Until interrupted, or one pass; 1 if after it something waits that could not be shipped."""
    if not directory.is_dir():
        print(f"There is no spool at {directory}.")  # noqa: T201
        return 0 if once else 1
    limits = SpoolLimits()
    orphans = Orphans(directory, limits, whole_of)
    while True:
        shipped = orphans.ship(lambda: False)
        sweep(directory, limits, lambda _path: False)
        if shipped or once:
            print(f"{shipped} events shipped.", flush=True)  # noqa: T201
        if once:
            return _say_left(directory, orphans)
        sleep(limits.adopt_seconds)


def _say_left(directory: Path, orphans: Orphans) -> int:
    left = [path for path in segments(directory) if _is_orphan(path)]
    for place, reason in orphans.reasons().items():
        print(f"{place}: {reason}", file=sys.stderr)  # noqa: T201
    for place in sorted(orphans.unknown):
        print(  # noqa: T201
            f"{place}: needs a key, and keys are not written to the spool: set OPENLINEAGE_URL "
            "and OPENLINEAGE_API_KEY, or OPENLINEAGE_CONFIG, as the pipeline has them",
            file=sys.stderr,
        )
    return 1 if left else 0


def _is_orphan(path: Path) -> bool:
    lock = adopt(path)
    if lock is None:
        return False
    unlock(lock)
    return True
