"""What is always so of a job: its name, where its code is, whose it is. Put together once."""

import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, NamedTuple

from catchment_emitters.core import code, facets
from catchment_emitters.core.emitter import Emitter
from catchment_emitters.core.events import Job
from catchment_emitters.core.policy import Allowed
from catchment_emitters.core.settings import Settings

NAMESPACE = "python"
"""That of jobs, unless `OPENLINEAGE_NAMESPACE` says another."""

DESCRIPTION_CHARACTERS_MAX = 10_000


class Seen(NamedTuple):
    """A job by the settings of one emitter: as one of its own, and as a part of another's run."""

    emitter: Emitter
    allowed: Allowed
    alone: Job
    part: Job


class Description:
    """A job, from a function or from a place in a file.

    `about`: {"description": text, "owners": names, "tags": key -> value}, each optional.
    """

    __slots__ = ("_about", "_function", "_place", "_seen", "name")

    def __init__(
        self,
        name: str,
        about: Mapping[str, Any],
        *,
        function: Callable[..., Any] | None = None,
        place: tuple[str, int] | None = None,
    ) -> None:
        self.name = name
        self._about = about
        self._function = function
        self._place = place
        self._seen: Seen | None = None

    def seen_by(self, emitter: Emitter) -> Seen:
        """The job as this emitter may show it."""
        seen = self._seen
        if seen is None or seen.emitter is not emitter:
            seen = self._seen = self._see(emitter)
        return seen

    def _see(self, emitter: Emitter) -> Seen:
        settings = emitter.settings
        allowed = settings.policy.of(self.name)
        if not allowed.emit:
            nothing = Job(settings.namespace or NAMESPACE, self.name)
            return Seen(emitter, allowed, nothing, nothing)
        always = self._facets(settings, allowed)
        alone, part = (
            Job(
                settings.namespace or NAMESPACE,
                self.name,
                {"jobType": facets.job_type("PYTHON", kind), **always},
            )
            for kind in ("JOB", "TASK")
        )
        return Seen(emitter, allowed, alone, part)

    def _facets(self, settings: Settings, allowed: Allowed) -> facets.Bag:
        about = self._about
        owners: Sequence[str] = about.get("owners") or ()
        tags: Mapping[str, Any] = about.get("tags") or {}
        pairs = [(str(key), str(value)) for key, value in tags.items()]
        shown = allowed.source_code and settings.source_code != "off"
        full = shown and settings.source_code == "full" and self._function is not None
        return facets.bag(
            documentation=facets.documentation("Job", self._text()),
            ownership=facets.ownership("Job", owners),
            tags=facets.tags("Job", pairs, "PYTHON"),
            sourceCodeLocation=self._location() if shown else None,
            sourceCode=code.source_facet(self._function) if full and self._function else None,
        )

    def _text(self) -> str | None:
        text = self._about.get("description")
        if text is None and self._function is not None:
            text = inspect.getdoc(self._function)
        return str(text)[:DESCRIPTION_CHARACTERS_MAX] if text else None

    def _location(self) -> facets.Facet | None:
        if self._function is not None:
            return code.location_facet(self._function)
        return code.file_facet(*self._place) if self._place is not None else None


def job_name(function: Callable[..., Any]) -> str:
    """`module.qualname` of a function; of a program that is run, by the name of its file.

    `__main__` would be another job than the same function when it is imported.
    """
    module = str(getattr(function, "__module__", None) or "")
    name = str(getattr(function, "__qualname__", None) or type(function).__qualname__)
    if module == "__main__":
        module = _name_of_main()
    name = name.replace(".<locals>", "")
    return f"{module}.{name}" if module else name


def _name_of_main() -> str:
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        return str(spec.name).removesuffix(".__main__")
    file = getattr(main, "__file__", None)
    return os.path.splitext(os.path.basename(file))[0] if file else ""


def place_in_code(frame: FrameType | None) -> tuple[str, int] | None:
    """File and line of a caller; None if it is no file, as in a shell."""
    if frame is None or frame.f_code.co_filename.startswith("<"):
        return None
    return os.path.abspath(frame.f_code.co_filename), frame.f_lineno
