"""The signals that end a process of ours. Knows nothing of what it does meanwhile."""

import signal

# SIGHUP: the terminal was closed, which must not leave a Postgres of ours running.
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def ending_signals() -> list[signal.Signals]:
    """All of them, but SIGHUP only if it is not ignored: that is how `nohup` works."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [one for one in _ENDING if not (ignored and one is signal.SIGHUP)]
