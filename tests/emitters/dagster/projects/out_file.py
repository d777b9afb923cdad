"""A way out of the emitter for tests: each event a line of a file, from whichever process."""

import os
import signal

from catchment_emitters.core.emitter import Emitter, use
from catchment_emitters.core.settings import Settings, read_settings


class FileOut:
    """Appends in one write, so that processes do not mix. `die_after`: of so many events."""

    def __init__(self, path: str, die_after: int | None = None) -> None:
        self._left = die_after
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append(self, body: bytes) -> None:
        os.write(self._file, body + b"\n")
        if self._left is not None:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)

    def flush(self, timeout_seconds: float) -> bool:
        return timeout_seconds >= 0


def emit_into(
    path: str, die_after: int | None = None, settings: Settings | None = None
) -> None:  # fmt: skip
    """From here on, this process' events are lines of a file, unless settings disable them."""
    read = settings or read_settings()
    use(Emitter(read, None if read.disabled else FileOut(path, die_after)))


if "TEST_EVENTS" in os.environ:
    emit_into(os.environ["TEST_EVENTS"])
