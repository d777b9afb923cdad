"""Where events go in these tests: a file, one a line, by one write each.

Python imports this by itself in every process whose PYTHONPATH names this folder, children of
children, too. Nothing of the product is replaced but the way out.
"""

import os

_FILE = os.environ.get("CATCHMENT_TEST_EVENTS")


class FileOut:
    """Appends, and has nothing to wait for."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self, body: bytes) -> None:
        os.write(self._file, body + b"\n")

    def flush(self, timeout_seconds: float) -> bool:
        del timeout_seconds
        return True


if _FILE:
    from catchment_emitters.core.emitter import Emitter, use
    from catchment_emitters.core.settings import read_settings

    settings = read_settings()
    use(Emitter(settings, None if settings.disabled else FileOut(_FILE)))
