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

_LEFT_OUT = "; left out of the graph"
Found = Iterator[tuple[str, str]]
"""(pointer below the facet, reason)."""


def shape_problems(facet: Facet) -> list[tuple[str, str]]:
    """What of this facet cannot be used; nothing for a tombstone or a facet that is only shown."""
    look = _LOOKS.get(facet.name)
    return [] if look is None or facet.deleted else list(look(facet))


def _schema(facet: Facet) -> Found:
    fields = view(facet).get("fields", [])
    if not isinstance(fields, list):
        yield "/fields", f"not an array{_LEFT_OUT}"
        return
    for n, field in enumerate(fields):
        if not isinstance(obj(field).get("name"), str):
            yield f"/fields/{n}", f"not an object with a name{_LEFT_OUT}"


def _column_lineage(facet: Facet) -> Found:
    fields = view(facet).get("fields", {})
    if not isinstance(fields, dict):
        yield "/fields", f"not an object{_LEFT_OUT}"
        return
    for column, mapping in fields.items():
        inputs = obj(mapping).get("inputFields")
        if not isinstance(inputs, list):
            yield f"/fields/{_escape(column)}/inputFields", f"not an array{_LEFT_OUT}"
            continue
        for n, entry in enumerate(inputs):
            if names(obj(entry)) is None:
                where = f"/fields/{_escape(column)}/inputFields/{n}"
                yield where, f"no readable namespace and name{_LEFT_OUT}"


def _lineage(facet: Facet) -> Found:
    # That of a dataset has no entries: its own inputs or fields say where it comes from.
    of_dataset = not view(facet).keys().isdisjoint(("inputs", "fields"))
    if not of_dataset and read_lineage(facet) is None:
        yield "/entries", f"not an array{_LEFT_OUT}"


def _parent(facet: Facet) -> Found:
    parent = read_parent(facet)
    if parent is None:
        yield "", f"no readable run id and job{_LEFT_OUT}"
        return
    for link, where in ((parent, ""), (parent.root, "/root")):
        if link is not None and link.external_run_id is not None:
            yield f"{where}/run/runId", "not a UUID; mapped to one"


def _nominal_time(facet: Facet) -> Found:
    if read_nominal_time(facet).start_us is None:
        yield "/nominalStartTime", f"no readable time{_LEFT_OUT}"


def _version(facet: Facet) -> Found:
    if read_version(facet) is None:
        yield "/datasetVersion", f"no readable version{_LEFT_OUT}"


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
