"""The spool as a transport of openlineage-python: `type: catchment_emitters.SpoolTransport`."""

import json
import os
from pathlib import Path
from threading import RLock
from typing import Any, Self

import attr
from openlineage.client.client import Event
from openlineage.client.serde import Serde
from openlineage.client.transport.transport import Config, Transport

from catchment_emitters.spool.downstream import environment_downstream
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.place import spool_directory
from catchment_emitters.spool.spool import Spool
from catchment_emitters.spool.warnings_once import warn_once

_shared: dict[tuple[Path, str, bool], Spool] = {}
# Re-entrant, for signal handlers; renewed in forked children, where its holder is not.
_sharing = RLock()


def _renew_lock() -> None:
    global _sharing  # noqa: PLW0603 - what a fork leaves locked cannot be unlocked
    _sharing = RLock()


os.register_at_fork(after_in_child=_renew_lock)


@attr.define
class SpoolConfig(Config):
    """What `transport:` may hold beside `type`."""

    downstream: dict[str, Any]
    """A transport's configuration: where events go. Else `OPENLINEAGE_URL` and its companions."""
    directory: str | None = None
    """Where the spool lies. Else as `spool_directory` says."""
    fsync: bool = False
    """Whether each event is forced onto the disk: survives the machine, costs milliseconds."""

    @classmethod
    def from_dict(cls, params: dict[str, Any]) -> Self:
        """Raises ValueError if it is not said where events go."""
        downstream = params.get("downstream") or environment_downstream()
        if not isinstance(downstream, dict) or not downstream.get("type"):
            raise ValueError(
                "the spool needs to know where events go: `transport: {type: "
                "catchment_emitters.SpoolTransport, downstream: {type: http, url: ...}}`, "
                "or OPENLINEAGE_URL"
            )
        if str(downstream["type"]).endswith("SpoolTransport"):
            raise ValueError("a spool cannot be the downstream of a spool")
        directory = params.get("directory")
        return cls(
            downstream=downstream,
            directory=None if directory is None else str(directory),
            fsync=bool(params.get("fsync", False)),
        )


class SpoolTransport(Transport):
    """Hands events to the spool; those with one configuration share one in the process."""

    kind = "catchment_spool"
    config_class = SpoolConfig

    def __init__(self, config: SpoolConfig) -> None:
        directory = Path(config.directory).expanduser() if config.directory else spool_directory()
        self._limits = SpoolLimits(fsync=config.fsync)
        written = json.dumps(config.downstream, sort_keys=True, default=str)
        with _sharing:
            self.spool = _shared.setdefault(
                (directory, written, config.fsync),
                Spool(directory, config.downstream, limits=self._limits),
            )

    def emit(self, event: Event) -> None:
        """Onto disk; never raises, never waits for the network."""
        try:
            self.spool.append(Serde.to_json(event).encode())
        except Exception as error:
            warn_once("serialise", "An OpenLineage event could not be serialised: %r", error)

    def close(self, timeout: float = -1) -> bool:
        """Wait until all is shipped; False if it was not, and it is kept then.

        A negative timeout, the client's default, means the 2 s of the exit: a collector that is
        away does not hold a pipeline. Other clients go on using the spool.
        """
        seconds = self._limits.exit_seconds_max if timeout < 0 else timeout
        return self.spool.flush(seconds)
