"""Prefect 3: every flow run and task run is heard of, without a change in the pipeline.

Either `PREFECT_PLUGINS_ENABLED=1` in the environment (Prefect then loads the plugin of this
distribution), or one line, which works inside a running event loop, too:

    from catchment_emitters.prefect import install; install()

Nothing here ever raises into a flow.
"""

import logging
import os

from catchment_emitters.prefect.reads import read_asset

__all__ = ["install", "read_asset"]

log = logging.getLogger("catchment_emitters")

# The second is what the first was called before it was generally available.
_PLUGINS = ("PREFECT_PLUGINS_ENABLED", "PREFECT_EXPERIMENTS_PLUGINS_ENABLED")


def install() -> bool:
    """Hear of all runs of this process and of the processes that it starts; whether it does.

    Calling it again changes nothing. False if emitting is disabled (`OPENLINEAGE_DISABLED`), no
    collector is named (`OPENLINEAGE_URL`), or this Prefect is of a shape that is not known.
    """
    try:
        from catchment_emitters.core.emitter import wanted

        if not wanted():
            return False
        from catchment_emitters.prefect.tap import tap

        if not tap():
            return False
        for name in _PLUGINS:
            # Children start with this environment and import Prefect anew.
            os.environ.setdefault(name, "1")
        return True
    except Exception as error:
        log.warning("no lineage from Prefect: %s: %s", type(error).__name__, error)
        return False
