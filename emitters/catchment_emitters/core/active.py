"""The run that this piece of code is part of, and what it said so far of its data.

Plain runs live in a context variable. An orchestrator has contexts of its own: its emitter is a
*provider*, which knows whose run is going on here.
"""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from catchment_emitters.core.events import Dataset, Job, Parent
from catchment_emitters.core.facets import Bag, Facet

DATASETS_MAX = 10_000
"""Of one run and side; more are left out."""

LateVersion = Callable[[bool], Facet | None]
"""The facet `version` of what a run wrote, asked for when it ends: did it complete?"""


@dataclass(slots=True, eq=False)
class ActiveRun:
    """A run that goes on in this process. Several threads may speak for it.

    `parent`: what it is part of; `run_facets`: said of it so far, for its last event.
    """

    run_id: str
    job: Job
    parent: Parent | None = None
    run_facets: Bag = field(default_factory=dict)
    _reads: dict[tuple[str, str], Dataset] = field(default_factory=dict)
    _writes: dict[tuple[str, str], Dataset] = field(default_factory=dict)
    _late: dict[tuple[str, str], LateVersion] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.RLock)

    def read(self, dataset: Dataset) -> None:
        """It reads this; what is said of one dataset twice adds up."""
        self._add(self._reads, dataset)

    def write(self, dataset: Dataset, late_version: LateVersion | None = None) -> None:
        """It writes this. `late_version`: who knows its version once it is written."""
        if self._add(self._writes, dataset) and late_version is not None:
            with self._lock:
                self._late.setdefault(dataset.key, late_version)

    def amend(self, name: str, change: Callable[[Facet | None], Facet | None]) -> None:
        """Say one of its run facets anew, from what it said so far; None says nothing new."""
        with self._lock:
            changed = change(self.run_facets.get(name))
            if changed is not None:
                self.run_facets[name] = changed

    def known_read(self, key: tuple[str, str]) -> Dataset | None:
        """What was said so far of a dataset that it reads."""
        with self._lock:
            return self._reads.get(key)

    def _add(self, known: dict[tuple[str, str], Dataset], dataset: Dataset) -> bool:
        with self._lock:
            before = known.get(dataset.key)
            if before is not None:
                known[dataset.key] = before.merged(dataset)
            elif len(known) < DATASETS_MAX:
                known[dataset.key] = dataset
            return dataset.key in known

    def inputs(self) -> list[Dataset]:
        """All that it read so far."""
        with self._lock:
            return list(self._reads.values())

    def written(self) -> list[Dataset]:
        """All that it wrote so far, with such versions only as were given."""
        with self._lock:
            return list(self._writes.values())

    def outputs(self, *, completed: bool = True) -> list[Dataset]:
        """All that it wrote so far, in the versions that are there now.

        `completed`: whether the run did. Of one that failed, a file that it never touched has no
        version. Takes as long as files take to digest, so ask at its end.
        """
        with self._lock:
            written, late = list(self._writes.values()), dict(self._late)
        return [_dated(one, late.get(one.key), completed) for one in written]

    def forget(self) -> None:
        """Drop all that was said of it and its data: it has ended, and nobody asks again."""
        with self._lock:
            for said in (self._reads, self._writes, self._late, self.run_facets):
                said.clear()

    def as_parent(self) -> Parent:
        """This run, for those that are part of it."""
        root = self.parent
        if root is None:
            return Parent(self.run_id, self.job, self.run_id, self.job)
        return Parent(self.run_id, self.job, root.root_run_id, root.root_job)


def _dated(dataset: Dataset, late: LateVersion | None, completed: bool) -> Dataset:
    """With its version, unless one was given."""
    if late is None or "version" in dataset.facets:
        return dataset
    try:
        facet = late(completed)
    except Exception:  # the dataset counts more than its version
        facet = None
    return dataset if facet is None else replace(
        dataset, facets={**dataset.facets, "version": facet}
    )  # fmt: skip


Provider = Callable[[], ActiveRun | None]

_current: ContextVar[ActiveRun | None] = ContextVar("catchment_run", default=None)
_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """Ask this one, too, whose run is going on; the one added last is asked first."""
    if provider not in _providers:
        _providers.insert(0, provider)


def active_run() -> ActiveRun | None:
    """The run that the caller is part of: a plain one that was opened here, else a provider's."""
    own = _current.get()
    if own is not None:
        return own
    for provider in _providers:
        found = provider()
        if found is not None:
            return found
    return None


def enter(run: ActiveRun | None) -> Any:
    """From here on the caller is part of this run; the token gives it back to `leave`."""
    return _current.set(run)


def leave(token: Any) -> None:
    """Undo `enter`."""
    try:
        _current.reset(token)
    except ValueError:
        # A generator that is closed in another context than it began in.
        _current.set(None)
