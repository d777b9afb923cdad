"""Columns in Marquez's words: what one was made of, as the facet of its dataset says it."""

from functools import lru_cache
from typing import Any

import msgspec

from catchment.events.facets.cache import view
from catchment.events.facets.column_lineage import read_column_lineage
from catchment.events.facets.reading import obj, text
from catchment.events.model import Facet

Json = dict[str, Any]
DESCRIBED = ("transformationDescription", "transformationType")


@lru_cache(maxsize=4_096)
def made_columns(facet: Facet) -> list[Json] | None:
    """The columns that a `columnLineage` facet maps; shared, so never to be changed.

    None if it maps none: clients offer to show columns where this is not null.
    """
    mapped = obj(view(facet).get("fields"))
    found: dict[str, Json] = {}
    for one in read_column_lineage(facet):
        if one.output is None or one.field is None:
            continue
        column = found.setdefault(
            one.output,
            {"name": one.output, "inputFields": []} | described(obj(mapped.get(one.output))),
        )
        way = as_marquez(tuple(map(msgspec.json.encode, msgspec.json.decode(one.transformations))))
        named = {"namespace": one.namespace, "dataset": one.name, "field": one.field}
        column["inputFields"].append(named | way)
    for column in found.values():
        complete(column)
    return [found[name] for name in sorted(found)] or None


def described(mapping: Json) -> Json:
    """What a facet says of how one of its columns came about, in the words of its first version."""
    return {key: text(mapping.get(key)) or None for key in DESCRIBED}


def complete(column: Json) -> None:
    """A column is described as its facet does, else as all its inputs agree to."""
    column["inputFields"].sort(key=_by_names)
    for key in DESCRIBED:
        said = {one[key] for one in column["inputFields"]}
        if column[key] is None and len(said) == 1:
            [column[key]] = said


@lru_cache(maxsize=16_384)
def as_marquez(transformations: tuple[bytes, ...]) -> Json:
    """Marquez has one description and one type of an input field; several stand in a row."""
    read = [obj(msgspec.json.decode(one)) for one in transformations]
    kinds = {text(one.get("subtype")) or text(one.get("type")) for one in read} - {""}
    descriptions = {text(one.get("description")) for one in read} - {""}
    return {
        "transformationDescription": "; ".join(sorted(descriptions)) or None,
        "transformationType": ", ".join(sorted(kinds)) or None,
    }


def _by_names(field: Json) -> tuple[str, str, str]:
    return (field["namespace"], field["dataset"], field["field"])
