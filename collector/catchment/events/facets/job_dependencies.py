"""`jobDependencies` (run): the jobs that come before and after: control, no data flow."""

from functools import lru_cache

from catchment.events.facets.cache import view
from catchment.events.facets.reading import items, names, obj
from catchment.events.model import Facet

Identity = tuple[str, str]


@lru_cache(maxsize=16_384)
def read_job_dependencies(facet: Facet) -> tuple[tuple[Identity, ...], tuple[Identity, ...]]:
    """Namespace and name of the jobs upstream and downstream, as far as they can be read."""
    members = view(facet)
    return _jobs(members.get("upstream")), _jobs(members.get("downstream"))


def _jobs(value: object) -> tuple[Identity, ...]:
    found = [names(obj(obj(item).get("job"))) for item in items(value)]
    return tuple(dict.fromkeys(one for one in found if one is not None))
