"""Tasks that are made at each call, close over much, or cannot be hashed."""

import gc
import json
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from prefect import flow, task

from catchment_emitters.prefect import jobs


class Much:
    """What a task closes over."""


@dataclass
class Adds:
    """Equal by its number, and so without a hash."""

    number: int

    def __call__(self, x: int) -> int:
        return x + self.number


def made(much: Much) -> Callable[[int], int]:
    @task(description="Made inside.")
    def inside(x: int) -> int:
        return x if much else 0

    return inside


@flow
def makes() -> int:
    task(Adds(1), name="adds", description="Adds one.", tags=["odd"])(1)
    for x in range(5):
        much = Much()
        seen.append(weakref.ref(much))
        made(much)(x)
    return len(seen)


seen: list[Any] = []

if __name__ == "__main__":
    makes()
    gc.collect()
    found = jobs._facets.cache_info()
    print(json.dumps([found.misses, found.hits >= 4, sum(one() is not None for one in seen)]))
