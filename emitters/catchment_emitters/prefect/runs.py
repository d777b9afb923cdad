"""The runs of this process: which there are, who is part of whom, and whose code is running.

Keeps those that ended, too, for a while: others waited for them, or read what they wrote.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from catchment_emitters.core.active import ActiveRun
from catchment_emitters.core.events import Parent
from catchment_emitters.core.policy import Allowed

RUNS_MAX = 5_000
"""Of this process; beyond, those that ended first are forgotten."""

Versions = dict[tuple[str, str], str]
"""The versions of datasets by their (namespace, name)."""


@dataclass(slots=True, eq=False)
class Known:
    """A flow run or task run.

    `outer`: what it is part of, if that is of this process; `attempts`: how often it began;
    `reads`, `versions`: of datasets that it reads, and of those that whoever comes after it reads;
    `links`: pages about it; `rootless`: its parent is known, but not what that is part of;
    `inners`: how many runs that go on are part of it.
    """

    active: ActiveRun
    allowed: Allowed
    outer: "Known | None" = None
    rootless: bool = False
    attempts: int = 0
    state_id: object = None
    ended: bool = False
    inners: int = 0
    reads: Versions = field(default_factory=dict)
    versions: Versions = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def parent(self) -> Parent | None:
        """What it is part of, as far as that is known by now."""
        if self.outer is not None:
            self.active.parent = self.outer.active.as_parent()
        return self.active.parent

    def forget(self) -> None:
        """Keep only what others ask of a run that has ended: who it is, and its `versions`."""
        self.active.forget()
        self.reads, self.links = {}, {}


_going: OrderedDict[str, Known] = OrderedDict()
_ended: OrderedDict[str, Known] = OrderedDict()
_lock = threading.Lock()


def find(run_id: object) -> Known | None:
    """The run of this id, if this process knows it."""
    return _going.get(str(run_id)) or _ended.get(str(run_id))


def keep(run: Known) -> None:
    """Know a run from here on."""
    with _lock:
        if run.outer is not None:
            run.outer.inners += 1
        _going[run.active.run_id] = run
        while len(_going) + len(_ended) > RUNS_MAX:
            _forget_one()


def end(run: Known) -> None:
    """Know that a run has ended."""
    with _lock:
        run.ended = True
        # First into the one, then out of the other: whoever looks meanwhile finds it.
        _ended[run.active.run_id] = run
        _leave(run.active.run_id)


def _forget_one() -> None:
    if _ended:
        _ended.popitem(last=False)
    else:
        # There is one: the newest is part of others, and none of it.
        _leave(next(run_id for run_id, run in _going.items() if not run.inners))


def _leave(run_id: str) -> None:
    run = _going.pop(run_id, None)
    if run is not None and run.outer is not None:
        run.outer.inners -= 1


def innermost() -> str | None:
    """The id of the run whose code calls this: that of a task, or of a flow inside of it."""
    from prefect.context import FlowRunContext, TaskRunContext

    task, flow = TaskRunContext.get(), FlowRunContext.get()
    flow_run = flow.flow_run if flow is not None else None
    # Inside of a flow that a task calls, both contexts are there; the task is of another flow.
    if task is not None and (flow_run is None or task.task_run.flow_run_id == flow_run.id):
        return str(task.task_run.id)
    return str(flow_run.id) if flow_run is not None else None


def current() -> Known | None:
    """The run whose code calls this, while it goes on."""
    run_id = innermost()
    run = find(run_id) if run_id else None
    return run if run is not None and not run.ended else None


def going_on_here() -> ActiveRun | None:
    """The same for `core.active`. Never raises."""
    try:
        run = current()
    except Exception:
        return None
    return run.active if run is not None else None
