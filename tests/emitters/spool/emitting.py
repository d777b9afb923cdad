"""A pipeline for the tests to start: appends numbered events, says so, ends as it is told.

python -m tests.emitters.spool.emitting DIRECTORY URL FIRST COUNT ENDING
"""

import os
import sys
from pathlib import Path
from time import sleep

from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.spool import Spool
from tests.emitters.spool.conftest import numbered


def main() -> int:
    directory, url, first, count, ending = sys.argv[1:]
    spool = Spool(
        Path(directory), {"type": "http", "url": url}, limits=SpoolLimits(linger_seconds=0.01)
    )
    numbers = range(int(first), int(first) + int(count))
    for n in numbers:
        spool.append(numbered(n))
    if ending == "fork":
        return fork(spool, numbers.stop)
    if ending == "wait":
        print("appended", flush=True)
        sleep(60)
    if ending == "raise":
        raise ValueError("the pipeline's own mistake")
    return 3 if ending == "exit 3" else 0


def fork(spool: Spool, first: int) -> int:
    """After the thread has begun: a child that emits and ends as multiprocessing's do."""
    sleep(0.3)
    child = os.fork()
    if child == 0:
        for n in range(first, first + 50):
            spool.append(numbered(n))
        os._exit(0)
    for n in range(first + 50, first + 100):
        spool.append(numbered(n))
    os.waitpid(child, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
