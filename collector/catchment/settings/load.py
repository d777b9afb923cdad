"""Build `Settings` and turn whatever is wrong into one error that a person can act on.

Knows the shape of pydantic's errors, and no setting's meaning.
"""

import difflib
import os
from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from catchment.errors import BadSettings, Problem
from catchment.settings.config_file import CONFIG_VARIABLE, PREFIX, read_config
from catchment.settings.model import Settings

# Read by commands that ask a server, and by the emitters; not settings of the collector.
_OTHERS = frozenset({CONFIG_VARIABLE, "CATCHMENT_URL", "CATCHMENT_API_KEY"})


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


def unknown_variables(environ: Mapping[str, str]) -> list[Problem]:
    """Variables that look like settings and are none, with the name that was probably meant.

    No error, because Kubernetes sets some of its own (`CATCHMENT_SERVICE_HOST`): a warning.
    """
    return [
        Problem(name, f"is not a setting{_suggestion(name)}")
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in _OTHERS
        if name.removeprefix(PREFIX).lower() not in Settings.model_fields
        if not _is_service_link(name)
    ]


def _is_service_link(name: str) -> bool:
    return name.startswith(("CATCHMENT_SERVICE_", "CATCHMENT_PORT_"))


def _problems(error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        name = PREFIX + str(detail["loc"][0]).upper() if detail["loc"] else CONFIG_VARIABLE
        if detail["type"] == "extra_forbidden":
            yield Problem(name, f"is not a setting{_suggestion(name)}")
        else:
            yield Problem(name, detail["msg"].removeprefix("Value error, "))


def _suggestion(name: str) -> str:
    known = [PREFIX + field.upper() for field in Settings.model_fields]
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _sentence(problems: list[Problem]) -> str:
    lines = [f"  {problem.pointer}: {problem.reason}" for problem in problems]
    return "\n".join(["The settings cannot be used:", *lines])
