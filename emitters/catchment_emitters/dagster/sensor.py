"""The sensor: one line in the definitions, and their runs are told of."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from catchment_emitters.core.emitter import emitter
from catchment_emitters.dagster.definitions import Definitions
from catchment_emitters.dagster.names import names_of
from catchment_emitters.dagster.tail import Tail

TICK_SECONDS_MAX = 20.0


def openlineage_sensor(
    name: str = "openlineage_sensor",
    *,
    minimum_interval_seconds: int = 10,
    backfill_from: datetime | None = None,
    locations: Iterable[str] | None = None,
    tick_seconds_max: float = TICK_SECONDS_MAX,
) -> Any:
    """A sensor that tells of all runs of its code location, for `Definitions(sensors=[...])`.

    It is running as soon as it is loaded. Its first tick begins with runs that start from then on;
    `backfill_from` (aware) takes those since an instant. `locations`: names of code locations whose
    runs it tells of instead of its own, such as one that was renamed.
    """
    import dagster as dg

    readers: dict[str, Any] = {}
    wanted = frozenset(locations) if locations is not None else None
    after = backfill_from.timestamp() if backfill_from is not None else None

    @dg.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells an OpenLineage collector of the runs of this code location.",
    )
    def tell(context: dg.SensorEvaluationContext) -> Any:
        out = emitter()
        if not out.enabled:
            # The cursor stays: what happens meanwhile is told when there is a way out.
            return dg.SkipReason("OPENLINEAGE_URL is not set, or OPENLINEAGE_DISABLED is.")
        origin = context.code_location_origin
        own = frozenset({origin.location_name}) if origin is not None else None
        tail = Tail(
            context.instance,
            Definitions(context.repository_def),
            names_of(out.settings),
            out.settings,
            out.emit,
            locations=wanted or own,
            after=after,
            readers=readers,
            seconds_max=tick_seconds_max,
        )
        context.update_cursor(tail.tick(context.cursor))
        return dg.SkipReason("Told.")

    return tell
