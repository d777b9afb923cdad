"""`version` (dataset): the version that a run read or wrote, by the source's own counting."""

from catchment.events.facets.cache import view
from catchment.events.facets.reading import text
from catchment.events.model import Facet
from catchment.events.names import NAME_CHARS_MAX


def read_version(facet: Facet) -> str | None:
    """`datasetVersion`, if it is a string that can serve as one."""
    version = text(view(facet).get("datasetVersion"))
    return version if 0 < len(version) <= NAME_CHARS_MAX else None
