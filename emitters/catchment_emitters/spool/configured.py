"""The downstreams that this user's OpenLineage configuration names: for the commands."""

import contextlib
import io
from collections.abc import Iterator, Mapping
from typing import Any

from catchment_emitters.spool.downstream import environment_downstream, place_of


def configured_downstreams() -> list[dict[str, Any]]:
    """From `openlineage.yml` and the environment, as the client itself reads them; first wins."""
    found = [*_of(_client_transport())]
    if (told := environment_downstream()) is not None:
        found.append(told)
    return found


def whole_of(place: str) -> Mapping[str, Any] | None:
    """The configuration of a place with its secrets, if this user has it."""
    return next((each for each in configured_downstreams() if place_of(each) == place), None)


def _client_transport() -> dict[str, Any]:
    from openlineage.client import OpenLineageClient
    from openlineage.client.transport.noop import NoopConfig, NoopTransport

    # A client of its own says on stdout what it would do without a configuration.
    with contextlib.redirect_stdout(io.StringIO()):
        client = OpenLineageClient(transport=NoopTransport(NoopConfig()))
        return dict(client.config.transport or {})


def _of(transport: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What is behind a spool, the children of a composite, or the transport itself."""
    kind = str(transport.get("type") or "")
    if kind.endswith("SpoolTransport"):
        downstream = transport.get("downstream")
        if isinstance(downstream, Mapping):
            yield from _of(downstream)
    elif kind:
        yield dict(transport)
        children = transport.get("transports") or {}
        each = children.values() if isinstance(children, Mapping) else children
        for child in each if kind == "composite" else ():
            if isinstance(child, Mapping):
                yield from _of(child)
