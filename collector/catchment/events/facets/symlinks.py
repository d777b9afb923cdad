"""The symlinks facet: other names of the same dataset."""

from functools import lru_cache
from typing import NamedTuple

from catchment.events.facets.cache import view
from catchment.events.facets.reading import items, names, obj, text
from catchment.events.model import Facet

_IDENTIFIERS_MAX = 1_000


class Identifier(NamedTuple):
    """Another name. `is_table`: that of a table, which is one dataset wherever it is said.

    What is no table is a place: many tables may lie there.
    """

    namespace: str
    name: str
    is_table: bool


@lru_cache(maxsize=16_384)
def read_symlinks(facet: Facet) -> tuple[Identifier, ...]:
    """The identifiers that can be names, each once; the first 1,000 of them."""
    found: dict[Identifier, None] = {}
    for item in items(view(facet).get("identifiers"))[:_IDENTIFIERS_MAX]:
        members = obj(item)
        identity = names(members)
        if identity is not None:
            is_table = text(members.get("type")).strip().upper() == "TABLE"
            found[Identifier(*identity, is_table)] = None
    return tuple(found)
