"""What real producers said, in any order: every answer is the one that the model gives."""

import asyncio
import json
import random
from datetime import UTC, date, datetime

import pytest

from examples.estate import ndjson
from tests.integration.recorded.conftest import recording
from tests.property import answers
from tests.property.service import service
from tests.property.test_order import LONG, differences
from tests.recorded.written import flink, spark
from tests.reference_model.facts import FOREVER
from tests.reference_model.model import Model

DBT = [f"dbt/{name}.ndjson" for name in ("good", "failing", "changed")]


def bodies(name: str) -> list[bytes]:
    match name:
        case "dbt":
            return [request.event for recorded in DBT for request in recording(recorded)]
        case "streamed":
            return [request.event for request in recording("dbt/streamed.ndjson.gz")]
        case "client":
            return [request.event for request in recording("client/async_http.ndjson")]
        case "written":
            return [json.dumps(event).encode() for event in spark.events() + flink.events()]
        case _:
            return [line.strip() for line in ndjson(date(2026, 3, 1))]


def instants(events: list[dict[str, object]]) -> list[int]:
    """One in the middle, where much has begun and not ended, and the end of time."""
    times = sorted(datetime.fromisoformat(str(event["eventTime"])) for event in events)
    chosen = [times[len(times) // 3], times[2 * len(times) // 3]]
    epoch = datetime.fromtimestamp(0, UTC)
    return [round((time - epoch).total_seconds() * 1_000_000) for time in chosen] + [FOREVER]


# All questions about all nodes of the other two are 12,000: minutes.
@pytest.mark.parametrize(
    "name", ["dbt", "client", "written", *(["streamed", "estate"] if LONG else [])]
)
def test_all_answers_are_those_of_the_model(
    database_url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_check(database_url, bodies(name), monkeypatch))


async def _check(database_url: str, sent: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    events = [json.loads(body) for body in sent]
    monkeypatch.setattr(answers, "INSTANTS_US", instants(events))
    model = Model(events)
    expected = answers.model_answers(model)
    mixed = list(sent)
    random.Random(7).shuffle(mixed)
    async with service(database_url) as product:
        for order, batch, writers in ((sent, 1, 1), (mixed, 11, 3)):
            await product.empty()
            await product.write(order, batch, writers)
            found = await answers.product_answers(product, model)
            assert differences(found, expected) == {}, (batch, writers)
