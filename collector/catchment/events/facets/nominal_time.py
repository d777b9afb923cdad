"""`nominalTime` (run): the time that the run is for; the end is exclusive."""

from dataclasses import dataclass

from catchment.events.facets.cache import view
from catchment.events.facets.reading import text
from catchment.events.model import Facet
from catchment.events.times import read_time


@dataclass(frozen=True, slots=True)
class NominalTime:
    """Microseconds since 1970; None where absent or unreadable."""

    start_us: int | None
    end_us: int | None


def read_nominal_time(facet: Facet) -> NominalTime:
    """What can be read of it."""
    members = view(facet)
    start, end = (
        read_time(text(members.get(key))) for key in ("nominalStartTime", "nominalEndTime")
    )
    return NominalTime(start.us if start else None, end.us if end else None)
