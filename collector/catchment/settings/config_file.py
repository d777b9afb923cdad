"""Read the TOML file that `CATCHMENT_CONFIG` names: the same names as in the environment.

Knows no setting by name; what a key means, and whether it exists, is said by `model`.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from catchment.errors import Problem

PREFIX = "CATCHMENT_"
CONFIG_VARIABLE = "CATCHMENT_CONFIG"


def read_config(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The file's values by field name, or why there are none.

    A key may be written as in the environment (`CATCHMENT_PORT`) or without the prefix (`port`).
    """
    path = environ.get(CONFIG_VARIABLE)
    if not path:
        return {}, []
    try:
        found = tomllib.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except OSError as error:
        return {}, [Problem(CONFIG_VARIABLE, f"cannot read {path}: {error.strerror}")]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [Problem(CONFIG_VARIABLE, f"{path} is not TOML: {error}")]
    return {key.lower().removeprefix(PREFIX.lower()): value for key, value in found.items()}, []


class ConfigFile(PydanticBaseSettingsSource):
    """The file as one of the model's sources; empty when it cannot be read (`load` says why)."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """One field's value, its key, and that it needs no decoding."""
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All values of the file."""
        return read_config(os.environ)[0]
