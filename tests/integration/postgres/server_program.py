"""A program that runs the embedded server on a data dir until its stdin ends: tests kill it.

usage: server_program.py DATA_DIR [--join] [--drop]

Prints one JSON line when ready, `{"dsn", "pid", "owned"}`, or `{"refused"}`. With `--drop` it gives
up root for good before it starts, after its imports: its own Python may lie where only root reads.
"""

import asyncio
import json
import os
import pwd
import socket
import sys
from pathlib import Path

from catchment.errors import CannotStart
from catchment.postgres.embedded import EmbeddedPostgres


async def main(data_dir: Path, *, join: bool) -> None:
    """Run it, say so, wait for the end of stdin."""
    try:
        async with EmbeddedPostgres(data_dir, join=join, durable=False) as server:
            say = {"dsn": server.dsn, "pid": server.pid, "owned": server.owned}
            print(json.dumps(say), flush=True)
            await asyncio.to_thread(sys.stdin.read)
    except CannotStart as error:
        print(json.dumps({"refused": str(error)}), flush=True)


def become_nobody() -> None:
    """Give up root, after whatever the standard library imports only when it is used."""
    asyncio.run(asyncio.to_thread(socket.getaddrinfo, "localhost", None))
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


if __name__ == "__main__":
    if "--drop" in sys.argv:
        become_nobody()
    asyncio.run(main(Path(sys.argv[1]), join="--join" in sys.argv))
