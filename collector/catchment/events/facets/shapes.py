"""What is wrong with facets whose members the graph needs: they are kept, left out, and listed.

Only what costs an answer is looked for; whether a facet is as its schema wants is another question.
"""

from collections.abc import Callable, Iterator

from catchment.events.facets.cache import view
from catchment.events.facets.lineage import read_lineage
from catchment.events.facets.nominal_time import read_nominal_time
from catchment.events.facets.parent import read_parent
from catchment.events.facets.reading import names, obj
from catchment.events.facets.version import read_version
from catchment.events.model import Facet

Found = Iterator[tuple[str, str]]
"""(pointer below the facet, reason)."""


def shape_problems(facet: Facet) -> list[tuple[str, str]]:
    """What of this facet cannot be used; nothing for a tombstone or a facet that is only shown."""
    look = _LOOKS.get(facet.name)
    return [] if look is None or facet.deleted else list(look(facet))


def _schema(facet: Facet) -> Found:
    fields = view(facet).get("fields", [])
    if not isinstance(fields, list):
        yield "/fields", "not an array"
        return
    for n, field in enumerate(fields):
        if not isinstance(obj(field).get("name"), str):
            yield f"/fields/{n}", "not an object with a name"


def _column_lineage(facet: Facet) -> Found:
    fields = view(facet).get("fields", {})
    if not isinstance(fields, dict):
        yield "/fields", "not an object"
        return
    for column, mapping in fields.items():
        inputs = obj(mapping).get("inputFields")
        if not isinstance(inputs, list):
            yield f"/fields/{_escape(column)}/inputFields", "not an array"
            continue
        for n, entry in enumerate(inputs):
            if names(obj(entry)) is None:
                where = f"/fields/{_escape(column)}/inputFields/{n}"
                yield where, "no readable namespace and name"


def _lineage(facet: Facet) -> Found:
    if read_lineage(facet) is None:
        yield "/entries", "not an array"


def _parent(facet: Facet) -> Found:
    if read_parent(facet) is None:
        yield "", "no readable run id and job"


def _nominal_time(facet: Facet) -> Found:
    if read_nominal_time(facet).start_us is None:
        yield "/nominalStartTime", "no readable time"


def _version(facet: Facet) -> Found:
    if read_version(facet) is None:
        yield "/datasetVersion", "no readable version"


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")[:256]


_LOOKS: dict[str, Callable[[Facet], Found]] = {
    "schema": _schema,
    "columnLineage": _column_lineage,
    "lineage": _lineage,
    "parent": _parent,
    "nominalTime": _nominal_time,
    "version": _version,
}
