"""The columns of a dataset in Marquez's words: what each was made of, as its facet says it."""

from functools import lru_cache
from typing import Any

import msgspec

from catchment.api.column_shapes import agreed, as_marquez, described
from catchment.events.facets.column_lineage import read_column_lineage
from catchment.events.model import Facet

Json = dict[str, Any]
_DESCRIBED = ("transformationDescription", "transformationType")


@lru_cache(maxsize=4_096)
def made_columns(facet: Facet) -> list[Json] | None:
    """The columns that a `columnLineage` facet maps; shared, so never to be changed.

    None if it maps none: clients offer to show columns where this is not null.
    """
    says = described(facet)
    found: dict[str, Json] = {}
    for one in read_column_lineage(facet):
        if one.output is None or one.field is None:
            continue
        column = found.setdefault(one.output, _column(one.output, says.get(one.output)))
        way = as_marquez(tuple(map(msgspec.json.encode, msgspec.json.decode(one.transformations))))
        named = {"namespace": one.namespace, "dataset": one.name, "field": one.field}
        column["inputFields"].append(named | dict(zip(_DESCRIBED, way, strict=True)))
    for column in found.values():
        _complete(column)
    return [found[name] for name in sorted(found)] or None


def _column(name: str, says: tuple[str | None, str | None] | None) -> Json:
    return {"name": name, "inputFields": []} | dict(
        zip(_DESCRIBED, says or (None, None), strict=True)
    )


def _complete(column: Json) -> None:
    column["inputFields"].sort(key=_by_names)
    for key in _DESCRIBED:
        column[key] = agreed(column[key], [one[key] for one in column["inputFields"]])


def _by_names(field: Json) -> tuple[str, str, str]:
    return (field["namespace"], field["dataset"], field["field"])
