"""Configure structured logs: one line per happening on stderr, as JSON or for a person's eyes.

Payloads are never logged: what was received may hold secrets, and is in the log of events anyway.
Callers pass counts, ids and reasons; as a guard every value is cut at a bound. stdout stays free
for what a command answers. Knows no room of the program.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

VALUE_CHARS_MAX = 1_000

# A frame's variables hold what was received.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)

# Their chatter at `info` is either noise or holds what a client sent (a path with a query).
_QUIET = ("uvicorn.access", "asyncio")


def configure(log_format: str = "auto", log_level: str = "info") -> None:
    """Send all logs, ours and the libraries', through one pipe; safe to call again.

    `log_format`: `json`, `console`, or `auto` (console on a terminal); `log_level`: a level's name.
    """
    for_eyes = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_console() if for_eyes else _json()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log_level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def logger(room: str) -> structlog.stdlib.BoundLogger:
    """The logger of one room; its lines carry `room`."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(f"catchment.{room}")
    return bound


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        cut_values,
    ]


def _json() -> list[Processor]:
    return [_TRACEBACKS, structlog.processors.JSONRenderer(default=str)]


def _console() -> list[Processor]:
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def cut_values(
    _logger: Any, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut each string at `VALUE_CHARS_MAX`, and replace bytes by how many there are."""
    for key, value in entry.items():
        if isinstance(value, bytes | bytearray | memoryview):
            entry[key] = f"<{len(value)} bytes>"
        elif isinstance(value, str) and len(value) > VALUE_CHARS_MAX:
            entry[key] = f"{value[:VALUE_CHARS_MAX]}… ({len(value)} characters)"
    return entry


def _route_to_logging() -> None:
    """Hand our lines to the standard library: without `configure` nothing goes to stdout."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


_route_to_logging()
