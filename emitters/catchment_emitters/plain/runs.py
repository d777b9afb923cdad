"""A run in this process, from its START to its last event. Nothing here raises."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catchment_emitters.core import events, facets
from catchment_emitters.core.active import ActiveRun, active_run, enter, leave
from catchment_emitters.core.context import parent_from
from catchment_emitters.core.emitter import Emitter, emitter
from catchment_emitters.core.events import Parent
from catchment_emitters.core.ids import new_run_id
from catchment_emitters.core.parameters import as_text
from catchment_emitters.core.policy import Allowed
from catchment_emitters.plain.datasets import say_input, say_output
from catchment_emitters.plain.described import Description
from catchment_emitters.plain.places import Where

STACK_FRAMES_MAX = 50
_VERSION = ".".join(str(part) for part in sys.version_info[:3])
# By name, so that nobody has to import asyncio or trio for it.
_CANCELLED = frozenset(("CancelledError", "Cancelled"))


@dataclass(slots=True, eq=False)
class PlainRun(ActiveRun):
    """A run of a function or block. `started`: seconds since 1970; `process_id`: where it began."""

    allowed: Allowed = Allowed()
    started: float = 0.0
    process_id: int = 0


def parent_of(run: ActiveRun) -> Parent | None:
    """What a part of this run has as its parent: the next one that may be heard of."""
    if isinstance(run, PlainRun):
        hidden = not run.allowed.emit
    else:  # an orchestrator's
        hidden = not emitter().settings.policy.of(run.job.name).emit
    if hidden:
        return run.parent
    return run.as_parent()


def parent_here() -> Parent | None:
    """The run that goes on here, else the one that started this process."""
    outer = active_run()
    return parent_from() if outer is None else parent_of(outer)


def open_run(
    description: Description,
    parameters: Callable[[], Mapping[str, object]],
    inputs: Callable[[], Iterable[Where]],
    outputs: Callable[[], Iterable[Where]],
) -> PlainRun | None:
    """A run that has just begun, its START sent; None where nothing is emitted."""
    out = emitter()
    if not out.enabled:
        return None
    try:
        started = time.time()
        seen = description.seen_by(out)
        parent = parent_here()
        job = seen.alone if parent is None else seen.part
        run = PlainRun(
            new_run_id(),
            job,
            parent,
            allowed=seen.allowed,
            started=started,
            process_id=os.getpid(),
        )
    except Exception as error:
        out.warn("a run could not be followed", error)
        return None
    try:
        if seen.allowed.emit:
            _begin(out, run, parameters, inputs, outputs)
    except Exception as error:
        out.warn("the start of a run could not be sent", error)
    except BaseException as error:
        # Ctrl+C, just when START may have been sent.
        close_run(run, error)
        raise
    return run


def _begin(
    out: Emitter,
    run: PlainRun,
    parameters: Callable[[], Mapping[str, object]],
    inputs: Callable[[], Iterable[Where]],
    outputs: Callable[[], Iterable[Where]],
) -> None:
    run.run_facets["processing_engine"] = facets.processing_engine("python", _VERSION)
    if run.allowed.parameters:
        try:
            shown = facets.execution_parameters(as_text(parameters(), out.settings.policy))
            if shown is not None:
                run.run_facets["executionParameters"] = shown
        except Exception as error:
            out.warn("parameters could not be read", error)
    if run.allowed.datasets:
        try:
            for where in inputs():
                say_input(run, where)
            for where in outputs():
                say_output(run, where, since=run.started)
        except Exception as error:
            out.warn(f"datasets of {run.job.name} could not be read", error)
    out.emit(_event(events.START, run, run.started))


def close_run(run: PlainRun | None, error: BaseException | None = None) -> None:
    """The run is over, by this exception if there is one; its last event is sent."""
    # A fork has a copy of the run; it is its maker's to end.
    if run is None or not run.allowed.emit or run.process_id != os.getpid():
        return
    out = emitter()
    try:
        kind = ending(error)
        if kind == events.FAIL and error is not None:
            stack = _stack(error) if _shows_code(out, run) else None
            run.run_facets["errorMessage"] = facets.error_message(error, stack)
        out.emit(_event(kind, run, max(time.time(), run.started + 1e-6)))
    except Exception as problem:
        out.warn("the end of a run could not be sent", problem)


class Going:
    """What happens in this block is part of a run, which ends with it."""

    __slots__ = ("_run", "_token")

    def __init__(self, run: PlainRun) -> None:
        self._run = run

    def __enter__(self) -> None:
        self._token = enter(self._run)

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        leave(self._token)
        close_run(self._run, error)


def ending(error: BaseException | None) -> str:
    """COMPLETE, FAIL or ABORT: what stopped it from outside, or by its reader, is no failure."""
    if error is None:
        return events.COMPLETE
    if isinstance(error, SystemExit):
        return events.COMPLETE if error.code in (None, 0) else events.FAIL
    if isinstance(error, GeneratorExit | KeyboardInterrupt):
        return events.ABORT
    cancelled = any(one.__name__ in _CANCELLED for one in type(error).__mro__)
    return events.ABORT if cancelled else events.FAIL


def _event(kind: str, run: PlainRun, at: float) -> dict[str, Any]:
    return events.run_event(
        kind,
        run.run_id,
        run.job,
        at=events.instant(at),
        parent=run.parent,
        run_facets=run.run_facets,
        inputs=run.inputs(),
        # What it will have written is known at its end.
        outputs=() if kind == events.START else run.outputs(completed=kind == events.COMPLETE),
    )


def _shows_code(out: Emitter, run: PlainRun) -> bool:
    return run.allowed.source_code and out.settings.source_code != "off"


def _stack(error: BaseException) -> str | None:
    """Its traceback, as Python prints it. Lines of source are in it."""
    try:
        return "".join(traceback.format_exception(error, limit=-STACK_FRAMES_MAX))
    except Exception:  # what an exception's own methods do
        return None
