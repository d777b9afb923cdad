"""`lifecycleStateChange` (dataset): what a run made of a dataset as a whole."""

from typing import NamedTuple

from catchment.events.facets.cache import view
from catchment.events.facets.reading import names, obj, text
from catchment.events.model import Facet

DROP, CREATE, RENAME = "DROP", "CREATE", "RENAME"
CHANGES = frozenset({"ALTER", CREATE, DROP, "OVERWRITE", RENAME, "TRUNCATE"})


class Change(NamedTuple):
    """One of `CHANGES`; `previous`: namespace and name before a RENAME, where they are said."""

    change: str
    previous: tuple[str, str] | None


def read_change(facet: Facet) -> Change | None:
    """What the facet says, in any case; None if it is none of the six."""
    members = view(facet)
    change = text(members.get("lifecycleStateChange")).upper()
    if change not in CHANGES:
        return None
    return Change(change, names(obj(members.get("previousIdentifier"))))
