"""Where events go: the configuration of a downstream, and what of it may lie on disk.

Secrets are never written: what may be one is cut, and a segment whose downstream was cut is
shipped by a process that has the whole configuration of the same place.
"""

import json
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.sink import Sink

CUT = "(not written)"
HTTP = ("http", "async_http")
ENDPOINT = "api/v1/lineage"
# In lower case, as parts of names.
SECRET_WORDS = ("pass", "pwd", "secret", "token", "key", "auth", "credential", "cookie", "dsn",
                "connectionstring", "connection_string")  # fmt: skip
"""What has one of these in its name is a secret, wherever it is."""

_SECRET = re.compile("|".join((*SECRET_WORDS, "headers", "sasl", "pem")), re.IGNORECASE)
# Kafka's message key is no secret, though its name looks like one.
_PLAIN = {"messagekey", "message_key"}


def written_form(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration without anything that may be a secret."""
    return {str(name): _written(str(name), value) for name, value in config.items()}


def _written(name: str, value: Any) -> Any:
    if value in (None, "", {}, []):
        return value
    if _SECRET.search(name) and name.lower() not in _PLAIN:
        return CUT
    if isinstance(value, Mapping):
        return written_form(value)
    if isinstance(value, list | tuple):
        return [_written("", element) for element in value]
    if isinstance(value, str):
        return _without_secrets(value)
    return value if isinstance(value, bool | int | float) else str(value)


def _without_secrets(text: str) -> str:
    """A URL without user, password and query, and any other text as it is."""
    if "://" not in text:
        return text
    parts = urlsplit(text)
    if "@" in parts.netloc:
        parts = parts._replace(netloc=f"{CUT}@{parts.netloc.rpartition('@')[2]}")
    return urlunsplit(parts._replace(query=CUT if parts.query else ""))


def place_of(config: Mapping[str, Any]) -> str:
    """What configurations that lead to the same place have in common; without secrets."""
    if config.get("type") in HTTP and config.get("url"):
        return _without_secrets(http_address(config))
    return json.dumps(written_form(config), sort_keys=True)


def http_address(config: Mapping[str, Any]) -> str:
    """Where single events are posted, as openlineage-python makes it of `url` and `endpoint`."""
    return urljoin(str(config["url"]).strip(), str(config.get("endpoint") or ENDPOINT))


def is_whole(config: Mapping[str, Any]) -> bool:
    """Whether nothing was cut from it, so that it can be used as it is."""
    return CUT not in json.dumps(config, default=str)


def sink_for(config: Mapping[str, Any], limits: SpoolLimits) -> Sink:
    """What ships there. Raises ValueError, or what the client's transport raises, if unusable."""
    if config.get("type") in HTTP:
        from catchment_emitters.spool.http_sink import HttpSink

        return HttpSink(config, limits)
    from catchment_emitters.spool.transport_sink import TransportSink

    return TransportSink(config, limits)


def is_disabled(environ: Mapping[str, str] | None = None) -> bool:
    """Whether `OPENLINEAGE_DISABLED` says that no event is to be sent."""
    env = os.environ if environ is None else environ
    return env.get("OPENLINEAGE_DISABLED", "").strip().lower() in ("true", "1", "yes")


def environment_downstream(environ: Mapping[str, str] | None = None) -> dict[str, Any] | None:
    """The http downstream that `OPENLINEAGE_URL` and its companions describe."""
    env = os.environ if environ is None else environ
    url = env.get("OPENLINEAGE_URL")
    if not url:
        return None
    config: dict[str, Any] = {"type": "http", "url": url}
    if endpoint := env.get("OPENLINEAGE_ENDPOINT"):
        config["endpoint"] = endpoint
    if api_key := env.get("OPENLINEAGE_API_KEY"):
        config["auth"] = {"type": "api_key", "apiKey": api_key}
    return config
