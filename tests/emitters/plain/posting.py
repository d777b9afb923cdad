"""Runs a program whose events are posted one by one: `python posting.py URL PROGRAM ARGUMENT...`.

For emitters without a spool; with one, the program runs as it is.
"""

import runpy
import sys
import urllib.request

from catchment_emitters.core import emitter
from catchment_emitters.core.emitter import Emitter
from catchment_emitters.core.settings import Settings


class Post:
    """Posts each event."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/v1/lineage"

    def append(self, body: bytes) -> None:
        headers = {"content-type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(self._url, body, headers)) as answer:
            assert answer.status == 201

    def flush(self, timeout_seconds: float) -> bool:
        return timeout_seconds >= 0


if __name__ == "__main__":
    emitter.use(Emitter(Settings(), Post(sys.argv[1])))
    sys.argv = sys.argv[2:]
    runpy.run_path(sys.argv[0], run_name="__main__")
