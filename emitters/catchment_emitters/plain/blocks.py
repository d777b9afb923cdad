"""Blocks that are runs: `with lineage.run("job") as run:`, and `async with`."""

import inspect
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

from catchment_emitters.plain.described import Description, place_in_code
from catchment_emitters.plain.places import Where
from catchment_emitters.plain.reporter import Run
from catchment_emitters.plain.runs import Going, open_run


class Block:
    """A run for as long as the block lasts. Entered again, it is another run of the same job.

    Threads and tasks make one each.
    """

    def __init__(
        self,
        description: Description,
        parameters: Mapping[str, Any],
        inputs: Iterable[Where],
        outputs: Iterable[Where],
    ) -> None:
        self._description = description
        self._parameters = parameters
        self._inputs = inputs
        self._outputs = outputs
        self._open: list[Going | None] = []

    def __enter__(self) -> Run:
        run = open_run(
            self._description,
            lambda: self._parameters,
            lambda: self._inputs,
            lambda: self._outputs,
        )
        going = None if run is None else Going(run)
        self._open.append(going)
        if going is not None:
            going.__enter__()
        return Run(run)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        going = self._open.pop() if self._open else None
        if going is not None:
            going.__exit__(kind, error, traceback)

    async def __aenter__(self) -> Run:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)


def run(
    name: str,
    *,
    inputs: Iterable[Where] = (),
    outputs: Iterable[Where] = (),
    parameters: Mapping[str, Any] | None = None,
    description: str | None = None,
    owners: Iterable[str] = (),
    tags: Mapping[str, str] | None = None,
) -> Block:
    """A block that is a run of the job `name`.

    Args:
        name: of the job; its namespace is `python`, or what `OPENLINEAGE_NAMESPACE` says.
        inputs: what it reads, as `lineage.input` takes it; sent at the start of the run.
        outputs: what it writes.
        parameters: of this run.
        description: of the job.
        owners: of the job, by name.
        tags: of the job.

    Returns:
        What is entered; `as` names a `Run`, of which any thread can say more.
    """
    about = {"description": description, "owners": tuple(owners), "tags": tags}
    here = inspect.currentframe()
    place = place_in_code(here.f_back if here is not None else None)
    return Block(Description(str(name), about, place=place), parameters or {}, inputs, outputs)
