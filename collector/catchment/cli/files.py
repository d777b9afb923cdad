"""Files as the command line names them."""

import os
import sys
from pathlib import Path
from typing import IO

from catchment.errors import CannotStart


def open_file(path: str) -> IO[bytes]:
    """The file, or stdin for `-`.

    Raises:
        CannotStart: it cannot be read.
    """
    if path == "-":
        return os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise CannotStart(f"Cannot read {path}: {error.strerror}.") from None
