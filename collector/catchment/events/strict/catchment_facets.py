"""Facets of our own, for models: how good they are. Small, so that any pipeline can send them."""

from typing import Any, NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import Facet
from catchment.events.strict.kinds import Number


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


CATCHMENT_FACETS: dict[str, Any] = {
    "catchment_evaluation": CatchmentEvaluationFacet,
    "catchment_model": CatchmentModelFacet,
}
"""Of a run, or of the output that is the model."""
