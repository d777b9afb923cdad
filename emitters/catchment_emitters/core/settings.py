"""Settings: environment variables and `openlineage.yml`, by the names that clients know.

A variable beats the file. What is wrong with either is said once, and the rest holds.
"""

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catchment_emitters.core.policy import Policy, read_policy
from catchment_emitters.spool.downstream import environment_downstream, is_disabled

log = logging.getLogger("catchment_emitters")

SOURCE_CODE = ("location", "full", "off")
_FILE = "openlineage.yml"
_PREFIX = "OPENLINEAGE__"


@dataclass(frozen=True, slots=True)
class Settings:
    """What was set. `downstream` is where events go, as a transport's configuration; or nowhere.

    `namespace`: that of jobs, where the orchestrator's default is not wanted; `dataset_namespace`:
    that of datasets which have none of their own (Dagster's assets). `source_code`: "location" (git
    and line), "full" (the text, too) or "off".
    """

    disabled: bool = False
    downstream: Mapping[str, Any] | None = None
    namespace: str | None = None
    dataset_namespace: str | None = None
    source_code: str = "location"
    policy: Policy = field(default_factory=Policy)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Never raises."""
    env = os.environ if environ is None else environ
    file = _read_file(env)
    ours = file.get("catchment")
    ours = ours if isinstance(ours, dict) else {}
    return Settings(
        disabled=is_disabled(env),
        downstream=_downstream(env, file),
        namespace=env.get("OPENLINEAGE_NAMESPACE") or _text(ours, "namespace"),
        dataset_namespace=env.get("OPENLINEAGE_DATASET_NAMESPACE")
        or _text(ours, "dataset_namespace"),
        source_code=_source_code(env.get("OPENLINEAGE_SOURCE_CODE") or ours.get("source_code")),
        policy=read_policy(ours),
    )


def _downstream(env: Mapping[str, str], file: Mapping[str, Any]) -> dict[str, Any] | None:
    transport = _unwrapped(_from_variables(env)) or environment_downstream(env)
    return transport or _unwrapped(file.get("transport"))


def _from_variables(env: Mapping[str, str]) -> dict[str, Any] | None:
    """`OPENLINEAGE__TRANSPORT__A__B` as {"a": {"b": ...}}; values are JSON where they can be."""
    transport: dict[str, Any] = {}
    prefix = _PREFIX + "TRANSPORT__"
    for name, value in sorted(env.items()):
        if not name.startswith(prefix):
            continue
        *path, last = name.removeprefix(prefix).lower().split("__")
        place = transport
        for step in path:
            inner = place.get(step)
            if not isinstance(inner, dict):
                inner = place[step] = {}
            place = inner
        place[last] = _json_or_text(value)
    whole = env.get("OPENLINEAGE__TRANSPORT")
    if not transport and whole and isinstance(parsed := _json_or_text(whole), dict):
        transport = parsed
    return transport if transport.get("type") else None


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _unwrapped(transport: Any) -> dict[str, Any] | None:
    """The transport behind our own spool: it is spooled anyway."""
    if not isinstance(transport, dict) or not transport.get("type"):
        return None
    if str(transport["type"]).rsplit(".", 1)[-1] == "SpoolTransport":
        inner = transport.get("downstream")
        return dict(inner) if isinstance(inner, dict) else None
    return dict(transport)


def _read_file(env: Mapping[str, str]) -> dict[str, Any]:
    said = env.get("OPENLINEAGE_CONFIG")
    places: list[Callable[[], Path]] = [lambda: Path(said)] if said else []
    places += [lambda: Path.cwd() / _FILE, lambda: Path.home() / ".openlineage" / _FILE]
    for place_of in places:
        try:
            place = place_of()
            text = place.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            log.warning("%s is not read: it is no UTF-8: %s", place, error)
            return {}
        except (OSError, RuntimeError):
            # Besides what is not there: a directory that was deleted, a user without a home.
            continue
        return _parsed(place, text)
    return {}


def _parsed(place: Path, text: str) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        log.warning("%s is not read: %s", place, " ".join(str(error).split()))
        return {}
    return content if isinstance(content, dict) else {}


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) and value else None


def _source_code(said: Any) -> str:
    if said is None or said in SOURCE_CODE:
        return str(said or SOURCE_CODE[0])
    # YAML reads `off` as false.
    if said is False:
        return "off"
    log.warning("source_code is %r, which is none of %s", said, ", ".join(SOURCE_CODE))
    return SOURCE_CODE[0]
