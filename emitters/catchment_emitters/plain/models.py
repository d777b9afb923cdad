"""What a run says of a model: whose kind it is, how good, and by which hyperparameters."""

import math
from collections.abc import Mapping
from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.active import ActiveRun

PARAMETERS_RUN_MAX = 1_000
METRICS_MAX = 1_000

# Libraries whose classes people derive their own from.
_LIBRARIES = frozenset(
    ("catboost", "keras", "lightgbm", "sklearn", "statsmodels", "tensorflow", "torch", "xgboost")
)


def library_of(model: object) -> str | None:
    """The library that a model is of, by the classes that it derives from."""
    if model is None:
        return None
    roots = [one.__module__.partition(".")[0] for one in type(model).__mro__]
    known = [root for root in roots if root in _LIBRARIES]
    first = known[0] if known else roots[0]
    return None if first in ("builtins", "__main__") else first


def hyperparameters_of(model: object) -> dict[str, Any]:
    """What `get_params()` says, of models that have it."""
    get = getattr(model, "get_params", None)
    if get is None or isinstance(model, type):
        return {}
    try:
        said = get()
    except Exception:  # a model that cannot tell has none
        return {}
    return {str(name): value for name, value in said.items()} if isinstance(said, Mapping) else {}


def finite(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Figures as JSON can say them: numbers of any library, without NaN and infinities."""
    found = {}
    for name, value in list(metrics.items())[:METRICS_MAX]:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            continue
        if math.isfinite(number):
            found[str(name)] = number
    return found


def add_parameters(run: ActiveRun, texts: Mapping[str, str]) -> None:
    """These beside the parameters that the run has; a later value of one name holds."""

    def change(known: facets.Facet | None) -> facets.Facet | None:
        items = known["parameters"] if known else ()
        before = {one["key"]: one["value"] for one in items}
        together = list({**before, **texts}.items())[:PARAMETERS_RUN_MAX]
        return facets.execution_parameters(dict(together))

    run.amend("executionParameters", change)


def add_evaluation(run: ActiveRun, metrics: Mapping[str, Any]) -> None:
    """Figures of the run itself: facet `catchment_evaluation`."""

    def change(known: facets.Facet | None) -> facets.Facet | None:
        items = known["metrics"] if known else ()
        before = {one["name"]: one["value"] for one in items}
        return facets.metrics({**before, **finite(metrics)}, "RunFacet")

    run.amend("catchment_evaluation", change)
