"""Record what a program sends to an OpenLineage collector, byte for byte.

Usage: python record.py OUT.ndjson COMMAND [ARGUMENT...]

Starts an HTTP server on a free port, runs the command with OPENLINEAGE_URL set to it, answers 201
to each POST, and writes one line for each: path, headers, and the body, as text where it is UTF-8
(a JSON string decodes to the same bytes), else in base64. What only this connection needs (Host,
Connection, Content-Length) is left out. The standard library is enough.
"""

import base64
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

OF_THE_CONNECTION = {"host", "connection", "content-length"}


class Recorder(ThreadingHTTPServer):
    """Keeps every request, in the order in which they arrived whole."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def keep(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """One more line."""
        kept: dict[str, Any] = {"path": path, "headers": headers}
        try:
            kept["body"] = body.decode("utf-8", "strict")
        except UnicodeDecodeError:
            kept["bodyBase64"] = base64.b64encode(body).decode()
        with self.lock:
            self.requests.append(kept)


class Handler(BaseHTTPRequestHandler):
    """Says yes to everything."""

    protocol_version = "HTTP/1.1"
    server: Recorder

    def do_POST(self) -> None:
        """Read the body by its length (no client recorded here sends chunks), and say 201."""
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in OF_THE_CONNECTION
        }
        self.server.keep(self.path, headers, body)
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Requests are in the recording; nothing to print."""


def main() -> int:
    """Run the command, write what it sent, pass on its exit code."""
    out, *command = sys.argv[1:]
    recorder = Recorder()
    threading.Thread(target=recorder.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{recorder.server_address[1]}"
    code = subprocess.run(
        command, env=os.environ | {"OPENLINEAGE_URL": url}, check=False
    ).returncode
    recorder.shutdown()
    lines = [json.dumps(kept, ensure_ascii=False) + "\n" for kept in recorder.requests]
    Path(out).write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} requests in {out}; the command ended with {code}")
    return code


if __name__ == "__main__":
    sys.exit(main())
