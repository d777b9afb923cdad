"""The graph is a pure function of the set of events: the product against itself and the model."""

import asyncio
import os
import random
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.property.answers import Answers, model_answers, product_answers
from tests.property.service import Service, service
from tests.property.strategies import (
    Json,
    declared_before_mapped,
    event_sets,
    named_after_superseded,
    spellings,
)
from tests.reference_model.model import Model

LONG = os.environ.get("CATCHMENT_TEST_PROFILE") == "long"
EXAMPLES = 400 if LONG else 8


def differences(left: Answers, right: Answers) -> dict[Any, Any]:
    keys = left.keys() | right.keys()
    return {key: (left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)}


async def _fill(to: Service, bodies: list[bytes], batch: int, writers: int) -> None:
    """Write, and look at the log: dense, each event once."""
    await to.empty()
    outcomes = await to.write(bodies, batch, writers)
    distinct = len(set(bodies))
    assert await to.seqs() == list(range(distinct))
    assert sum(not outcome.repeat for outcome in outcomes) == distinct


async def _check(database_url: str, events: list[Json], seed: int) -> None:
    model = Model(events)
    expected = model_answers(model)
    plain = [spellings(event)[0] for event in events]
    threefold = [body for event in events for body in (*spellings(event), spellings(event)[0])]
    shuffled = list(threefold)
    random.Random(seed).shuffle(shuffled)
    async with service(database_url) as product:
        for bodies, batch, writers in (
            (plain, 500, 1),
            (threefold[::-1], 1, 1),
            (shuffled, 7, 1),
            (shuffled[::-1], 3, 4),
        ):
            await _fill(product, bodies, batch, writers)
            answers = await product_answers(product, model)
            assert differences(answers, expected) == {}, (batch, writers)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(events=event_sets(), seed=st.integers(0, 2**32 - 1))
@example(events=named_after_superseded(), seed=0)
@example(events=declared_before_mapped(), seed=0)
def test_any_order_any_batching_gives_the_answers_of_the_model(
    database_url: str, events: list[Json], seed: int
) -> None:
    asyncio.run(_check(database_url, events, seed))
