"""Functions whose calls are runs: `@lineage.job`."""

import functools
import inspect
import os
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping
from typing import Any, TypeVar, overload

from catchment_emitters.core.active import enter, leave
from catchment_emitters.core.emitter import emitter
from catchment_emitters.plain.described import Description, job_name
from catchment_emitters.plain.places import Where
from catchment_emitters.plain.runs import Going, PlainRun, close_run, open_run

F = TypeVar("F", bound=Callable[..., Any])
Named = Iterable[Where] | Callable[..., Iterable[Where]]
"""Datasets, or a function of the call's arguments that says them; a path or URL alone is one."""


class _Calls:
    """The calls of one function."""

    __slots__ = ("_description", "_inputs", "_outputs", "_parameters")

    def __init__(
        self, function: Callable[..., Any], description: Description, inputs: Named, outputs: Named
    ) -> None:
        self._description = description
        self._inputs = inputs
        self._outputs = outputs
        self._parameters = _parameters_of(function)

    def begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> PlainRun | None:
        """The run of a call with these arguments."""
        return open_run(
            self._description,
            lambda: self._parameters(args, kwargs),
            lambda: _named(self._inputs, args, kwargs),
            lambda: _named(self._outputs, args, kwargs),
        )


def _named(said: Named, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterable[Where]:
    found = said(*args, **kwargs) if callable(said) else said
    return (found,) if isinstance(found, str | os.PathLike) else found or ()


def _parameters_of(
    function: Callable[..., Any],
) -> Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]]:
    """What gives the arguments of a call by name, defaults too. Wrong calls are not its concern."""
    try:
        known = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):  # some callables do not tell
        known = []
    places = [
        one.name for one in known if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]
    rest = next((one.name for one in known if one.kind is one.VAR_POSITIONAL), None)
    defaults = {one.name: one.default for one in known if one.default is not one.empty}
    is_method = bool(places) and places[0] in ("self", "cls")

    def given(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        by_name = dict(zip(places, args, strict=False))
        if rest is not None and len(args) > len(places):
            by_name[rest] = list(args[len(places) :])
        if is_method:
            by_name.pop(places[0], None)
        return {**defaults, **by_name, **kwargs}

    return given


@overload
def job(name: F) -> F: ...
@overload
def job(
    name: str | None = None,
    *,
    inputs: Named = (),
    outputs: Named = (),
    description: str | None = None,
    owners: Iterable[str] = (),
    tags: Mapping[str, str] | None = None,
) -> Callable[[F], F]: ...
def job(
    name: str | Callable[..., Any] | None = None,
    *,
    inputs: Named = (),
    outputs: Named = (),
    description: str | None = None,
    owners: Iterable[str] = (),
    tags: Mapping[str, str] | None = None,
) -> Any:
    """Each call of the function below is a run: START before it, COMPLETE, FAIL or ABORT after it.

    For functions, coroutines, generators and asynchronous generators; exceptions pass unchanged. A
    generator's run begins with its first step; it is aborted if it is not read to its end. The
    arguments of a call are the run's parameters, secrets hidden by their names.

    Args:
        name: of the job, else `module.qualname` of the function. Its namespace is `python`, or what
            `OPENLINEAGE_NAMESPACE` says.
        inputs: what it reads, as `lineage.input` takes it; sent at the start of the run. Or a
            function of the call's arguments that gives it.
        outputs: what it writes, likewise; sent at the end.
        description: of the job, else the docstring.
        owners: of the job, by name.
        tags: of the job.
    """
    owners = (owners,) if isinstance(owners, str) else tuple(owners or ())
    about = {"description": description, "owners": owners, "tags": tags}

    def decorate(function: Any) -> Any:
        if isinstance(function, staticmethod | classmethod):
            return type(function)(decorate(function.__func__))
        if not callable(function):
            emitter().warn(f"lineage.job is for functions, not {type(function).__name__}")
            return function
        described = Description(
            name if isinstance(name, str) else job_name(function),
            about,
            function=function,
        )
        return _wrapped(function, _Calls(function, described, inputs, outputs))

    bare = callable(name) or isinstance(name, classmethod)
    return decorate(name) if bare else decorate


def _wrapped(function: Callable[..., Any], calls: _Calls) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(function):
        return _async_generator(function, calls)
    if inspect.isgeneratorfunction(function):
        return _generator(function, calls)
    if inspect.iscoroutinefunction(function):
        return _coroutine(function, calls)
    return _function(function, calls)


def _function(function: Callable[..., Any], calls: _Calls) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        run = calls.begin(args, kwargs)
        if run is None:
            return function(*args, **kwargs)
        with Going(run):
            return function(*args, **kwargs)

    return call


def _coroutine(function: Callable[..., Any], calls: _Calls) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        run = calls.begin(args, kwargs)
        if run is None:
            return await function(*args, **kwargs)
        with Going(run):
            return await function(*args, **kwargs)

    return call


def _step(run: PlainRun, step: Callable[..., Any], *args: Any) -> Any:
    """One step of a generator as part of its run; between steps its reader is none of it."""
    token = enter(run)
    try:
        return step(*args)
    finally:
        leave(token)


async def _async_step(run: PlainRun | None, step: Callable[..., Any], *args: Any) -> Any:
    if run is None:
        return await step(*args)
    token = enter(run)
    try:
        return await step(*args)
    finally:
        leave(token)


def _generator(function: Callable[..., Any], calls: _Calls) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        inner = function(*args, **kwargs)  # a wrong call ends here, before there is a run
        run = calls.begin(args, kwargs)
        if run is None:
            return (yield from inner)
        try:
            result = yield from _steps(run, inner)
        except BaseException as error:
            close_run(run, error)
            raise
        close_run(run)
        return result

    return call


def _steps(run: PlainRun, inner: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    step: Callable[..., Any] = inner.__next__
    given: tuple[Any, ...] = ()
    while True:
        try:
            value = _step(run, step, *given)
        except StopIteration as end:
            return end.value
        finally:
            # An exception in it would keep this frame alive, and the frame the exception.
            given = ()
        try:
            sent = yield value
        except GeneratorExit:
            _step(run, inner.close)
            raise
        except BaseException as error:
            step, given = inner.throw, (error,)
        else:
            step, given = inner.send, (sent,)


def _async_generator(function: Callable[..., Any], calls: _Calls) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        inner = function(*args, **kwargs)  # a wrong call ends here, before there is a run
        run = calls.begin(args, kwargs)
        step: Callable[..., Any] = inner.__anext__
        given: tuple[Any, ...] = ()
        try:
            while True:
                try:
                    value = await _async_step(run, step, *given)
                except StopAsyncIteration:
                    break
                finally:
                    given = ()
                try:
                    sent = yield value
                except GeneratorExit:
                    await _async_step(run, inner.aclose)
                    raise
                except BaseException as error:
                    step, given = inner.athrow, (error,)
                else:
                    step, given = inner.asend, (sent,)
        except BaseException as error:
            close_run(run, error)
            raise
        close_run(run)

    return call
