"""A log handler: events leave the process that executes a step as soon as they are logged.

In `dagster.yaml`:

    python_logs:
      dagster_handler_config:
        handlers:
          openlineage:
            class: catchment_emitters.dagster.handler.OpenLineageHandler
            level: DEBUG

It sees less than the sensor: no runs that were cancelled or failed before they began, no
definitions. Both together tell each thing once, for they make the same bytes.
"""

import logging
import os
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Any

from catchment_emitters.core.emitter import Emitter, emitter
from catchment_emitters.dagster.names import names_of
from catchment_emitters.dagster.reading import READ, RunReader
from catchment_emitters.dagster.runs import run_info
from catchment_emitters.dagster.upstream import Upstream

RUNS_MAX = 100
"""Runs that a process remembers; a process of Dagster's executes one, or part of one."""

# Of the process: Dagster makes a new handler for each of its loggers.
_readers: OrderedDict[str, RunReader | None] = OrderedDict()
_lock = threading.Lock()


class OpenLineageHandler(logging.Handler):
    """Takes Dagster's events out of its log. Never raises, and says little."""

    def __init__(self, level: int = logging.DEBUG) -> None:
        super().__init__(level)

    def emit(self, record: logging.LogRecord) -> None:
        """One record of Dagster's logger."""
        try:
            event = getattr(record, "dagster_event", None)
            if event is None or event.event_type_value not in READ:
                return
            out = emitter()
            if not out.enabled:
                return
            run_id = getattr(record, "dagster_meta", {}).get("run_id")
            reader = _reader(run_id, out) if run_id else None
            with _lock:
                events = reader.read(event, record.created) if reader else []
            for one in events:
                out.emit(one)
        except Exception as error:
            emitter().warn("an event of Dagster's could not be told", error)


def _reader(run_id: str, out: Emitter) -> RunReader | None:
    with _lock:
        if run_id in _readers:
            return _readers[run_id]
    # The instance may take its time: no other step of this process waits meanwhile.
    try:
        made = _new(run_id, out)
    except Exception as error:
        out.warn("a run of Dagster's could not be looked up; the sensor will tell", error)
        made = None
    with _lock:
        # None is remembered, too: a storage that fails is not asked at every event.
        reader = _readers.setdefault(run_id, made)
        if len(_readers) > RUNS_MAX:
            _readers.popitem(last=False)
    return reader


def _new(run_id: str, out: Emitter) -> RunReader | None:
    """None where the instance is another than that of DAGSTER_HOME: the sensor will tell."""
    instance = _instance()
    run = instance.get_run_by_id(run_id) if instance is not None else None
    if run is None:
        return None
    info = run_info(instance, run, names_of(out.settings), out.settings)
    return RunReader(info, Upstream(instance))


@lru_cache(maxsize=1)
def _instance() -> Any:
    if not os.environ.get("DAGSTER_HOME"):
        return None
    from dagster import DagsterInstance

    return DagsterInstance.get()
