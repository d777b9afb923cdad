"""`datasetType` (dataset): what kind of dataset it is."""

from functools import lru_cache

from catchment.events.facets.cache import view
from catchment.events.model import Facet

MODEL = "MODEL"


@lru_cache(maxsize=4_096)
def says_model(facet: Facet) -> bool:
    """Whether this facet says that its dataset is a model."""
    if facet.name != "datasetType" or facet.deleted:
        return False
    return view(facet).get("datasetType") == MODEL
