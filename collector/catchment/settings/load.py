"""Build `Settings` and turn whatever is wrong into one error that a person can act on.

Knows the shape of pydantic's errors, and no setting's meaning.
"""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from catchment.errors import BadSettings, Problem
from catchment.settings.config_file import CONFIG_VARIABLE, PREFIX, read_config
from catchment.settings.model import Settings

# Read by commands that ask a server, and by the emitters; not settings of the collector.
_OTHERS = frozenset({CONFIG_VARIABLE, "CATCHMENT_URL", "CATCHMENT_API_KEY"})
# The tests' own, and what Kubernetes and Docker set in containers beside one named "catchment".
_FOREIGN = re.compile(
    r"CATCHMENT_TEST_\w+|CATCHMENT(_\w+)?_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)"
)
_LINK = re.compile(r"(tcp|udp)://")


class Unknown(NamedTuple):
    """A variable that looks like a setting and is none, and the one that was probably meant."""

    name: str
    meant: str | None

    def __str__(self) -> str:
        """For a person."""
        return f"{self.name} is not a setting{_question(self.meant)}"


def load(**overrides: object) -> Settings:
    """The settings; `overrides` (field name -> value, None = not given) come from a command line.

    Raises `BadSettings` with a line and a `Problem` for each thing wrong, never with a value.
    """
    _, problems = read_config(os.environ)
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        problems += _problems(error)
    if problems:
        raise BadSettings(_sentence(problems), problems)
    return settings


def unknown_variables(environ: Mapping[str, str]) -> list[Unknown]:
    """Variables that look like settings and are none, in the order of their names.

    To be warned of and no error, as in the file, for other programs may share the prefix.
    """
    return [
        Unknown(name, _meant(name))
        for name, value in sorted(environ.items())
        if name.upper().startswith(PREFIX) and name.upper() not in _known()
        if not (_FOREIGN.fullmatch(name) or _LINK.match(value))
    ]


def _known() -> frozenset[str]:
    return _OTHERS.union(PREFIX + field.upper() for field in Settings.model_fields)


def _problems(error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        name = PREFIX + str(detail["loc"][0]).upper() if detail["loc"] else CONFIG_VARIABLE
        if detail["type"] == "extra_forbidden":
            yield Problem(name, f"is not a setting{_question(_meant(name))}")
        else:
            yield Problem(name, detail["msg"].removeprefix("Value error, "))


def _meant(name: str) -> str | None:
    # Without the prefix, which makes any two names alike.
    rests = [known.removeprefix(PREFIX) for known in sorted(_known())]
    close = difflib.get_close_matches(name.upper().removeprefix(PREFIX), rests, n=1, cutoff=0.7)
    return PREFIX + close[0] if close else None


def _question(meant: str | None) -> str:
    return f"; did you mean {meant}?" if meant else ""


def _sentence(problems: list[Problem]) -> str:
    lines = [f"  {problem.pointer}: {problem.reason}" for problem in problems]
    return "\n".join(["The settings cannot be used:", *lines])
