"""What a run was given and what came of it: `executionParameters`, and metrics of a model."""

from collections.abc import Iterable

from catchment.events.facets.cache import view
from catchment.events.facets.reading import items, obj, text
from catchment.events.model import Facet

METRICS = ("catchment_model", "catchment_evaluation")
"""Facets of a run or of an output whose `metrics` are listed: `{"name", "value"}` each."""


def read_parameters(facet: Facet) -> list[tuple[str, object]]:
    """(key, value) of each parameter that has a key, as the facet lists them."""
    given = map(obj, items(view(facet).get("parameters")))
    return [(text(one.get("key")), one.get("value")) for one in given if text(one.get("key"))]


def read_metrics(facets: Iterable[Facet]) -> list[tuple[str, float]]:
    """(name, value) of all metrics in these facets, by name; what is no number is left out."""
    found = set()
    for facet in facets:
        if facet.name in METRICS:
            for one in map(obj, items(view(facet).get("metrics"))):
                name, value = text(one.get("name")), one.get("value")
                if name and isinstance(value, int | float) and not isinstance(value, bool):
                    found.add((name, value))
    return sorted(found)
