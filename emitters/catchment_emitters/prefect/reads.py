"""Reads that Prefect cannot see: of a place, or a version, that is known when the task runs."""

from typing import Any

from catchment_emitters.core.emitter import emitter


def read_asset(asset: Any, version: str | None = None) -> None:
    """The task or flow that calls this reads an asset, in this version. Never raises.

    `asset`: an `Asset` or its key, as in `asset_deps`, but known only now. `version`: which one, a
    digest for example; if it is not given, the latest one that was written before the run began.
    Outside of a run it does nothing.
    """
    try:
        from catchment_emitters.core.active import active_run
        from catchment_emitters.prefect.assets import as_input

        run = active_run()
        if run is not None:
            run.read(as_input(asset, version))
    except Exception as error:
        emitter().warn("a read could not be noted", error)
