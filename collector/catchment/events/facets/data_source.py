"""The dataSource facet: where a dataset lies."""

import re
from functools import lru_cache

from catchment.events.facets.cache import view
from catchment.events.facets.reading import text
from catchment.events.model import Facet
from catchment.events.names import NAME_CHARS_MAX
from catchment.events.secrets import without_secrets

_SCHEME = re.compile(r"(?:jdbc:)?([A-Za-z][A-Za-z0-9+.\-]*):")


def url_scheme(uri: str) -> str | None:
    """What a URL begins with, of JDBC the name of the database; None if that is no scheme."""
    found = _SCHEME.match(uri)
    return found[1] if found else None


@lru_cache(maxsize=16_384)
def read_data_source(facet: Facet) -> tuple[str, str] | None:
    """Name and URI of a source, both without secrets: a rotated password is the same source.

    None if it has no name, or one that is too long to be one. The URI may be empty.
    """
    members = view(facet)
    name, uri = (without_secrets(text(members.get(key))) for key in ("name", "uri"))
    if not 0 < len(name) <= NAME_CHARS_MAX:
        return None
    return name, uri if len(uri) <= NAME_CHARS_MAX else ""
