"""A real Postgres of our own, for people who have none: one command, nothing to install.

`EmbeddedPostgres(data_dir)` makes the cluster, starts the server, waits until it answers, starts it
again when it dies, and stops it on exit; `join=True` joins the one that runs already. Its rooms:

    supervisor  the whole life: lock, join or own, the database, the end
    server      a server kept running: adopt or start, watch, start again, stop
    process     one server process: its pid file, start, readiness, stop
    cluster     the files: where they lie, initdb, major version
    lock        one starter at a time per data dir
    look        what lies there and whether it runs, changing nothing
    binaries    where a usable PostgreSQL is installed, and copying it where a user may run it
    identity    which user the server runs as, when we are root
    options     the server's settings and the reasons for them

Knows no table and no query but the creation of its one database. docs/adr/0001 says why it is so.
"""

from catchment.postgres.embedded.look import Seen, look
from catchment.postgres.embedded.supervisor import (
    EmbeddedPostgres,
    make_temporary_dir,
    throw_away,
)

__all__ = ["EmbeddedPostgres", "Seen", "look", "make_temporary_dir", "throw_away"]
