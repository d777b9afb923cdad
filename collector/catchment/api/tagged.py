"""Tags in answers: those that events gave, and those that people gave or took: theirs count."""

from typing import Any

from catchment.events.facets.cache import view
from catchment.events.facets.reading import items, obj, text
from catchment.postgres.read.facets import Facets
from catchment.postgres.read.marks import Marks

Json = dict[str, Any]


def tags_of(facets: Facets, marks: Marks) -> list[str]:
    """The tags of a job, or of a dataset as a whole."""
    return sorted(tags_by_field(facets, marks).get(None, ()))


def tag_fields(fields: list[Json], facets: Facets, marks: Marks) -> list[Json]:
    """The columns of a dataset with their tags; the same list if there are none."""
    found = tags_by_field(facets, marks)
    if not found.keys() - {None}:
        return fields
    return [field | {"tags": sorted(found.get(field["name"], ()))} for field in fields]


def tags_by_field(facets: Facets, marks: Marks) -> dict[str | None, set[str]]:
    """Column, or None for the whole -> its tags."""
    facet = facets.get("tags")
    found: dict[str | None, set[str]] = {}
    for entry in items(view(facet).get("tags")) if facet else ():
        tag = text(obj(entry).get("key"))
        if tag:
            found.setdefault(text(obj(entry).get("field")) or None, set()).add(tag)
    for mark in marks:
        tags = found.setdefault(mark.field, set())
        if mark.given:
            tags.add(mark.tag)
        else:
            tags.discard(mark.tag)
    return found
