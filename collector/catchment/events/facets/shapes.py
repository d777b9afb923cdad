"""What the graph has to leave out of facets whose members it needs, or takes for something else.

Only what costs an answer is looked for; whether a facet is as its model wants is another question.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from catchment.events.facets.cache import view
from catchment.events.facets.lineage import read_lineage
from catchment.events.facets.nominal_time import read_nominal_time
from catchment.events.facets.parent import read_parent
from catchment.events.facets.reading import names, obj
from catchment.events.facets.version import read_version
from catchment.events.model import Entity, Facet

_LEFT_OUT = "left out of the graph"


class Loss(NamedTuple):
    """A place below the facet, what is wrong there, and what the graph makes of it."""

    pointer: str
    reason: str
    loss: str = _LEFT_OUT


Losses = Iterator[Loss]


def _schema(facet: Facet) -> Losses:
    fields = view(facet).get("fields", [])
    if not isinstance(fields, list):
        yield Loss("/fields", "not an array")
        return
    for n, field in enumerate(fields):
        if not isinstance(obj(field).get("name"), str):
            yield Loss(f"/fields/{n}", "not an object with a name")


def _column_lineage(facet: Facet) -> Losses:
    fields = view(facet).get("fields", {})
    if not isinstance(fields, dict):
        yield Loss("/fields", "not an object")
        return
    for column, mapping in fields.items():
        if not isinstance(mapping, dict):
            yield Loss(f"/fields/{_escape(column)}", "not an object")
            continue
        inputs = mapping.get("inputFields")
        if not isinstance(inputs, list):
            yield Loss(f"/fields/{_escape(column)}/inputFields", "not an array")
            continue
        for n, entry in enumerate(inputs):
            if names(obj(entry)) is None:
                where = f"/fields/{_escape(column)}/inputFields/{n}"
                yield Loss(where, "no readable namespace and name")


def _lineage(facet: Facet) -> Losses:
    if read_lineage(facet) is None:
        yield Loss("/entries", "not an array")


def _parent(facet: Facet) -> Losses:
    parent = read_parent(facet)
    if parent is None:
        yield Loss("", "no readable run id and job")
        return
    for link, where in ((parent, ""), (parent.root, "/root")):
        if link is not None and link.external_run_id is not None:
            yield Loss(f"{where}/run/runId", "not a UUID", "mapped to one")


def _nominal_time(facet: Facet) -> Losses:
    if read_nominal_time(facet).start_us is None:
        yield Loss("/nominalStartTime", "no readable time")


def _version(facet: Facet) -> Losses:
    if read_version(facet) is None:
        yield Loss("/datasetVersion", "no readable version")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")[:256]


LOOKS: dict[tuple[Entity, str], Callable[[Facet], Losses]] = {
    ("dataset", "schema"): _schema,
    ("dataset", "columnLineage"): _column_lineage,
    ("dataset", "version"): _version,
    ("job", "lineage"): _lineage,
    ("run", "parent"): _parent,
    ("run", "parentRun"): _parent,
    ("run", "nominalTime"): _nominal_time,
}
"""What looks for losses, facet by facet; no other facet is needed by the graph in such detail."""
