"""The settings our server runs with, each with its reason, and nothing that a person could undo.

They go on the command line, which wins over files and `alter system`. Who needs others has
outgrown this server and gives a database of their own. Knows the machine's memory, nothing else.
"""

import os
from pathlib import Path

MIB = 1024**2

PORT = 5432  # only part of the socket's name; nothing listens on a network
CONNECTIONS_MAX = 100
_SHARED_BUFFERS_SHARE = 16
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def server_options(socket_dir: Path) -> dict[str, str]:
    """The server's settings by name."""
    return {
        # Reached by a unix socket in a directory that only its owner enters; by nothing else.
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        # The promises: what is committed is on disk, whole.
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        # A sixteenth of the memory: pipelines live on the same machine, and the kernel caches too.
        "shared_buffers": f"{shared_buffers_mib()}MB",
        "max_connections": str(CONNECTIONS_MAX),
        # Checkpoints seldom under load, yet a recovery within the nine seconds for which clients
        # retry: half a gigabyte took 2.6 s on two busy cores.
        "max_wal_size": "1GB",
        "checkpoint_timeout": "10min",
        # Full pages compress well; the wheels know no other method.
        "wal_compression": "pglz",
        # Runs are written twice within minutes: what their first rows leave is used again soon.
        "autovacuum_naptime": "10s",
        # Questions are short walks: compiling or forking for them costs more than it saves, and
        # parallel workers need a /dev/shm larger than containers give.
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # The log says what happens to the server, never what is in the rows.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] ",
    }


def shared_buffers_mib() -> int:
    """A sixteenth of the memory we may use, at least 64 MiB and at most 1 GiB."""
    share = _memory_bytes() // _SHARED_BUFFERS_SHARE // MIB
    return max(64, min(1024, share))


def _memory_bytes() -> int:
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for name in _CGROUP_LIMITS:
        try:
            limits.append(int(Path(name).read_text()))
        except (OSError, ValueError):  # no such limit, or the word "max"
            continue
    return min(limits)
