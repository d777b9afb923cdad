"""One server process: find it by its pid file, start it, wait until it answers, stop it.

A server may be our child, or one left running by a process that was killed: both are watched by
asking whether the pid still lives, which needs no thread, signal handler or event loop's help.
Knows nothing of locks, restarts or databases.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from catchment.errors import CannotStart
from catchment.postgres.embedded.cluster import Layout, server_environment
from catchment.postgres.embedded.identity import Identity

POLL_SECONDS = 0.05
READY_SECONDS_MAX = 600.0  # crash recovery reads what was written since the last checkpoint
STOP_SECONDS_MAX = 60.0  # a fast stop writes a checkpoint
KILL_SECONDS_MAX = 5.0
LOG_BYTES_MAX = 8 * 1024**2
PID_FILE = "postmaster.pid"
_WAL_FILE_BYTES = 16 * 1024**2
_STATUS_LINE = 7
_SOCKET_LINE = 4


@dataclass(frozen=True, slots=True)
class PidFile:
    """What `postmaster.pid` says."""

    pid: int
    socket_dir: str
    status: str


def read_pid_file(cluster: Path) -> PidFile | None:
    """The pid file, or None if there is none or it is being written."""
    try:
        lines = (cluster / PID_FILE).read_text().splitlines()
        socket_dir = lines[_SOCKET_LINE] if len(lines) > _SOCKET_LINE else ""
        status = lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""
        return PidFile(int(lines[0]), socket_dir, status)
    except (FileNotFoundError, ValueError, IndexError):
        return None


def read_pid(lock: Path) -> int | None:
    """The pid in the first line of one of the server's lock files."""
    try:
        return int(lock.read_text().partition("\n")[0])
    except (FileNotFoundError, ValueError):
        return None


class Postmaster:
    """A server process, our child or not."""

    def __init__(self, pid: int, child: "subprocess.Popen[bytes] | None" = None) -> None:
        self.pid = pid
        self._child = child

    def alive(self) -> bool:
        """Whether it still runs; reaps it if it was our child."""
        if self._child is not None:
            return self._child.poll() is None
        return is_alive(self.pid)

    @property
    def status(self) -> int | None:
        """Its exit status, if it was our child and has ended."""
        return self._child.returncode if self._child is not None else None

    def send(self, number: signal.Signals) -> None:
        """Signal it, unless it has ended."""
        if self.alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def exists(pid: int) -> bool:
    """Whether the pid is taken, even by a process that has ended and that nobody has reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_alive(pid: int) -> bool:
    """Whether a process of that pid exists and has not ended."""
    with suppress(OSError):
        # In a container nobody may reap orphans, and a zombie answers signals for ever.
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] != "Z"
    return exists(pid)


def command_line(pid: int) -> str:
    """The command that a process runs, its arguments joined by spaces; empty if unknown."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ").strip()
    with suppress(OSError):
        done = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()
    return ""


def find_running(cluster: Path) -> Postmaster | None:
    """The server that runs on this cluster, whoever started it.

    A pid alone proves nothing after a reboot, so the process must name the cluster.
    """
    found = read_pid_file(cluster)
    if found is None or not is_alive(found.pid):
        return None
    if f" -D {cluster} " not in command_line(found.pid) + " ":
        return None
    return Postmaster(found.pid)


def launch(command: list[str], layout: Layout, identity: Identity) -> Postmaster:
    """Start the server; it is not ready yet."""
    log = os.open(layout.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        child = subprocess.Popen(
            command,
            cwd=layout.cluster,
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            umask=0o077,
            # Control-C in a terminal goes to the whole group: the server must outlive our drain.
            start_new_session=True,
            **identity.run_as(),
        )
    except OSError as error:
        raise CannotStart(f"{command[0]} cannot be run: {error.strerror}.") from error
    finally:
        os.close(log)
    return Postmaster(child.pid, child)


async def wait_ready(postmaster: Postmaster, layout: Layout) -> None:
    """Wait until it accepts connections.

    Raises:
        CannotStart: it ended, or is not ready in time; says what its log says last.
    """
    deadline = monotonic() + READY_SECONDS_MAX
    while True:
        # In this order: what it said last, it said before it ended.
        alive, found = postmaster.alive(), read_pid_file(layout.cluster)
        if found is not None and found.pid == postmaster.pid and found.status == "ready":
            return
        if not alive:
            raise _ended(postmaster, layout)
        if monotonic() > deadline:
            raise CannotStart(
                f"Postgres is not ready after {READY_SECONDS_MAX:g} s; its log says why: "
                f"{layout.log}."
            )
        await asyncio.sleep(POLL_SECONDS)


def _ended(postmaster: Postmaster, layout: Layout) -> CannotStart:
    mend = (
        f"Mend that (its log: {layout.log}); if its files are damaged, restore a backup of "
        f"{layout.home.parent}, or choose another directory by CATCHMENT_DATA_DIR."
    )
    if disk_is_full(layout.home):
        mend = f"The disk of {layout.home} is full: free some space, nothing else is needed."
    return CannotStart(
        f"Postgres ended with status {postmaster.status} when it was started: "
        f"{last_words(layout.log)}. {mend}"
    )


def disk_is_full(folder: Path) -> bool:
    """Whether Postgres could not begin another file of its write-ahead log there."""
    try:
        return shutil.disk_usage(folder).free < _WAL_FILE_BYTES
    except OSError:
        return False


async def stop(postmaster: Postmaster) -> None:
    """Stop it in good order; if it does not, at once; if it still does not, by force."""
    stages = (
        (signal.SIGINT, STOP_SECONDS_MAX),
        (signal.SIGQUIT, KILL_SECONDS_MAX),
        (signal.SIGKILL, KILL_SECONDS_MAX),
    )
    for number, seconds_max in stages:
        postmaster.send(number)
        deadline = monotonic() + seconds_max
        while postmaster.alive():
            if monotonic() > deadline:
                break
            await asyncio.sleep(POLL_SECONDS)
        else:
            return


def last_words(log: Path) -> str:
    """The last line that says why a server ended, less its time stamp."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-50:]
    except OSError:
        return "it left no log"
    grave = [line for line in lines if "FATAL" in line or "PANIC" in line or "error" in line]
    last = (grave or lines or ["it said nothing"])[-1]
    return (last.partition("] ")[2] or last).rstrip(".")


def bound_log(log: Path) -> None:
    """Keep the log under its bound: over it, copy it aside and empty it in place.

    The server appends through a descriptor of its own, so that it goes on at the new end.
    """
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES_MAX:
            aside = log.with_name(log.name + ".1")
            aside.write_bytes(log.read_bytes())
            os.truncate(log, 0)
