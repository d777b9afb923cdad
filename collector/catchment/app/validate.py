"""`validate`: what a strict reader says of files. Needs no server and no database."""

from collections.abc import Iterator
from typing import IO, NamedTuple

from catchment.errors import Permanent, Problem
from catchment.events.limits import Limits
from catchment.events.strict import problems_of
from catchment.receivers.lines import EventFile
from catchment.settings import Settings


class Checked(NamedTuple):
    """One element of a file. `number` is None where the file itself cannot be taken apart."""

    path: str
    number: int | None
    problems: tuple[Problem, ...]


def validate(settings: Settings, path: str, file: IO[bytes]) -> Iterator[Checked]:
    """Check each element of a file, in order."""
    limits = Limits(depth_max=settings.depth_max, problems_max=settings.problems_max)
    try:
        source = EventFile(file, event_bytes_max=settings.body_bytes_max)
        for number, body in enumerate(source.elements()):
            yield Checked(path, number, problems_of(body, limits))
    except Permanent as error:
        yield Checked(path, None, (Problem("", str(error)),))
