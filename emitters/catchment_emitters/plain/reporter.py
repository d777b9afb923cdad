"""What code says of the run that it is part of: to a run in hand, or to whichever goes on here."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, ParamSpec, TypeVar

from catchment_emitters.core import facets
from catchment_emitters.core.active import ActiveRun, active_run
from catchment_emitters.core.context import environment_of
from catchment_emitters.core.emitter import Emitter, emitter
from catchment_emitters.core.parameters import as_text
from catchment_emitters.core.policy import Allowed
from catchment_emitters.plain import datasets, models
from catchment_emitters.plain.datasets import ColumnSources
from catchment_emitters.plain.frames import Columns
from catchment_emitters.plain.places import Where
from catchment_emitters.plain.runs import PlainRun, parent_of

P = ParamSpec("P")
T = TypeVar("T")
_NOTHING = Allowed(emit=False, parameters=False, source_code=False, datasets=False)


def quiet(method: Callable[P, None]) -> Callable[P, None]:
    """Whatever goes wrong is said once on the log, and never to the caller."""

    @functools.wraps(method)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(*args, **kwargs)
        except Exception as error:
            emitter().warn(f"lineage.{method.__name__} could not say it", error)

    return told


class _Told(NamedTuple):
    out: Emitter
    run: ActiveRun
    allowed: Allowed
    since: float


class Reporter:
    """Says of a run what it reads, writes, makes and finds. None of this raises."""

    def _here(self) -> ActiveRun | None:
        raise NotImplementedError

    def _told(self, what: str) -> _Told | None:
        out = emitter()
        if not out.enabled:
            return None
        run = self._here()
        if run is None:
            out.warn(f"lineage.{what} was called outside of any run, and says nothing")
            return None
        if isinstance(run, PlainRun):
            allowed = run.allowed if run.allowed.emit else _NOTHING
            return _Told(out, run, allowed, run.started)
        return _Told(out, run, out.settings.policy.of(run.job.name), 0.0)

    @quiet
    def input(
        self,
        where: Where,
        data: object = None,
        *,
        columns: Columns | None = None,
        rows: int | None = None,
        version: object = None,
        type: str | None = None,  # noqa: A002 - what it is called in OpenLineage
    ) -> None:
        """The run reads this dataset.

        Args:
            where: a path or URL; (namespace, name); or (engine of SQLAlchemy, table or its name).
            data: a frame of pandas or Polars, a table of PyArrow, a relation of DuckDB: columns
                and rows are taken from it.
            columns: names, or name -> type, or (name, type) pairs.
            rows: how many were read.
            version: which version was read. That of a local file is its digest now, at its first
                mention in the run, if none is given.
            type: TABLE, VIEW, FILE, TOPIC, STREAM or MODEL.
        """
        told = self._told("input")
        if told is not None and told.allowed.datasets:
            datasets.say_input(
                told.run, where, data, columns=columns, rows=rows, version=version, type=type
            )

    @quiet
    def output(
        self,
        where: Where,
        data: object = None,
        *,
        columns: Columns | None = None,
        column_lineage: ColumnSources | None = None,
        rows: int | None = None,
        version: object = None,
        type: str | None = None,  # noqa: A002 - what it is called in OpenLineage
    ) -> None:
        """The run writes this dataset.

        Args:
            where: as for `input`.
            data: as for `input`.
            columns: as for `input`.
            column_lineage: column -> the (where, column) pairs that it is made of.
            rows: how many were written.
            version: which version was written. That of a local file is its digest when the run
                ends, if none is given.
            type: as for `input`.
        """
        told = self._told("output")
        if told is not None and told.allowed.datasets:
            datasets.say_output(
                told.run,
                where,
                data,
                columns=columns,
                column_lineage=column_lineage,
                rows=rows,
                version=version,
                type=type,
                since=told.since,
            )

    @quiet
    def columns(self, mapping: ColumnSources, of: Where | None = None) -> None:
        """What the columns of an output are made of: column -> (where, column) pairs.

        `of` says which output, where the run has not exactly one so far.
        """
        told = self._told("columns")
        if told is not None and told.allowed.datasets:
            datasets.say_columns(told.run, mapping, of)

    @quiet
    def model(
        self,
        where: Where,
        model: object = None,
        *,
        metrics: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        version: object = None,
    ) -> None:
        """The run makes this model.

        Args:
            where: its file, or its (namespace, name) in a registry.
            model: the object itself: its library is taken from it, and hyperparameters from its
                `get_params()`.
            metrics: how good it is: name -> number.
            parameters: hyperparameters, beside or instead of those of `get_params()`.
            version: as for `output`.
        """
        told = self._told("model")
        if told is None:
            return
        if told.allowed.datasets:
            kind = facets.dataset_type("MODEL", models.library_of(model))
            datasets.say_output(
                told.run,
                where,
                version=version,
                since=told.since,
                more=facets.bag(datasetType=kind),
                more_io=facets.bag(catchment_model=facets.metrics(models.finite(metrics or {}))),
            )
        if told.allowed.parameters:
            given = {**models.hyperparameters_of(model), **(parameters or {})}
            models.add_parameters(told.run, as_text(given, told.out.settings.policy))

    @quiet
    def evaluation(self, metrics: Mapping[str, Any]) -> None:
        """The run found these figures of what it read: name -> number."""
        told = self._told("evaluation")
        if told is not None and told.allowed.emit:
            models.add_evaluation(told.run, metrics)

    def environment(self) -> dict[str, str]:
        """Variables that make a child process part of this run; none outside of any run.

        Add them to its environment: `subprocess.run(..., env=os.environ | run.environment())`.
        """
        try:
            run = self._here() if emitter().enabled else None
            parent = None if run is None else parent_of(run)
            return {} if parent is None else environment_of(parent)
        except Exception as error:
            emitter().warn("lineage.environment could not be made", error)
            return {}


class Here(Reporter):
    """Says it of the run that the caller is part of, be it ours or an orchestrator's."""

    def _here(self) -> ActiveRun | None:
        return active_run()


class Run(Reporter):
    """Says it of one run, from any thread. Of none, where nothing is emitted."""

    def __init__(self, run: ActiveRun | None) -> None:
        self._run = run

    @property
    def run_id(self) -> str | None:
        """Its id, a UUID; None where nothing is emitted."""
        return None if self._run is None else self._run.run_id

    def _here(self) -> ActiveRun | None:
        return self._run
