"""`jobType` (job): whether its runs are meant to end, and whether each of their events is all."""

from functools import lru_cache

from catchment.events.facets.cache import view
from catchment.events.facets.reading import obj, text
from catchment.events.model import Facet

_UNENDING = frozenset({"STREAMING", "SERVICE"})


@lru_cache(maxsize=4_096)
def is_streaming(facet: Facet) -> bool:
    """Whether `processingType` is STREAMING or SERVICE, in any case."""
    return text(view(facet).get("processingType")).upper() in _UNENDING


@lru_cache(maxsize=4_096)
def is_snapshot(facet: Facet) -> bool:
    """Whether an event with this facet shows all that its run reads and writes by then."""
    mode = obj(view(facet).get("emissionPattern")).get("eventContentMode")
    return text(mode).upper() == "COMPLETE_SNAPSHOT"
