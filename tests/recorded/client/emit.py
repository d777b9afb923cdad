"""Emit the events of events.py with openlineage-python, through the transport that is named.

Usage: OPENLINEAGE_URL=http://... python emit.py http|http_gzip|async_http|composite|file [FILE]

`file` and `composite` write to FILE (JSON lines), all but `file` send to the URL.
"""

import os
import sys
from pathlib import Path
from typing import Any

from openlineage.client import OpenLineageClient

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.recorded.client.events import all_events


def transport(name: str, url: str, file: str) -> dict[str, Any]:
    """The configuration, as a user's openlineage.yml would hold it."""
    http: dict[str, Any] = {"type": "http", "url": url}
    lines: dict[str, Any] = {"type": "file", "log_file_path": file, "append": True}
    return {
        "http": http,
        "http_gzip": http | {"compression": "gzip"},
        "async_http": http | {"type": "async_http"},
        "composite": {"type": "composite", "transports": {"first": http, "second": lines}},
        "file": lines,
    }[name]


def main() -> None:
    """Emit, and wait until everything is gone."""
    name, file = (*sys.argv[1:], "events.ndjson")[:2]
    # A URL in the environment would add a transport of its own beside those named here.
    url = os.environ.pop("OPENLINEAGE_URL", "")
    config = {"transport": transport(name, url, file)}
    client = OpenLineageClient(config=config)
    for event in all_events():
        client.emit(event)
    if not client.close(timeout=30):
        sys.exit("not everything was sent")


if __name__ == "__main__":
    main()
