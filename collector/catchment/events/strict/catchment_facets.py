"""Facets of our own, small, so that any pipeline can send them: how good a model is; pages."""

from typing import Any, NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import Facet
from catchment.events.strict.kinds import Number, Uri


class Metric(TypedDict):
    """One figure, as `{"name": "auc", "value": 0.91}`."""

    name: str
    value: Number


class CatchmentModelFacet(Facet):
    """`catchment_model`: a model as the run that trains it makes it."""

    metrics: NotRequired[list[Metric]]


class CatchmentEvaluationFacet(Facet):
    """`catchment_evaluation`: what an evaluation found."""

    metrics: list[Metric]


class Link(TypedDict):
    """A page, as `{"rel": "logs", "href": "https://..."}`."""

    rel: str
    href: Uri


class CatchmentLinksFacet(Facet):
    """`catchment_links`: pages about a run: itself, its logs, what it reported."""

    links: list[Link]


CATCHMENT_LINKS: dict[str, Any] = {"catchment_links": CatchmentLinksFacet}
"""Of a run."""

CATCHMENT_FACETS: dict[str, Any] = {
    "catchment_evaluation": CatchmentEvaluationFacet,
    "catchment_model": CatchmentModelFacet,
}
"""Of a run, or of the output that is the model."""
