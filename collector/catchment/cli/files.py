"""Files as the command line names them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from catchment.errors import BadQuestion


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """The file, or stdin for `-`, for as long as the block lasts.

    Raises:
        BadQuestion: it cannot be read.
    """
    try:
        if path == "-":
            # Unbuffered: a buffer's lock, held while waiting for a pipe, would spoil the exit.
            file: IO[bytes] = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
        else:
            file = Path(path).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise BadQuestion(f"It cannot be read: {error.strerror}.") from None
    with file:
        yield file
