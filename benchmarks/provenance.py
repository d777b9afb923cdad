"""How long provenance of a thousand runs takes: the real command, over HTTP.

    python -m benchmarks.provenance [--nights 10] [--asks 20] [--models 0]

Ten layers of a hundred tables, each made of three of the layer before, every night anew; a model
reads all of the last layer. Asked for last night's model upstream: one run of every job, and which
version of each table it read. Downstream of a table of the first layer: what became of it.
`--models`: so many other models, for the list of them.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx

from benchmarks.ingest import serving
from benchmarks.questions import BATCH, Question, _analyze, measure

LAYERS, TABLES = 10, 100
_START = datetime(2026, 1, 1, tzinfo=UTC)
_PRODUCER = "https://example.org/bench"
_FACET = {"_producer": _PRODUCER, "_schemaURL": "https://example.org/schema"}
_MODEL = {"datasetType": _FACET | {"datasetType": "MODEL"}}
_FIELDS = [{"name": f"column_{n}", "type": "bigint"} for n in range(5)]


def _table(layer: int, number: int) -> dict[str, object]:
    name = f"layer_{layer}.table_{number:03}"
    facets = {"schema": _FACET | {"fields": _FIELDS}}
    return {"namespace": "warehouse", "name": name, "facets": facets}


def events(nights: int, models: int) -> Iterator[bytes]:
    """All runs, in the order of their times."""
    chance, number = random.Random(7), 0
    sources = {
        (layer, table): chance.sample(range(TABLES), 3)
        for layer in range(LAYERS)
        for table in range(TABLES)
    }
    model = {"namespace": "models", "name": "model", "facets": _MODEL}
    for night in range(nights):
        at = _START + timedelta(days=night)
        for layer in range(LAYERS):
            for table in range(TABLES):
                number += 1
                inputs = [_table(layer, one) for one in sources[layer, table]]
                begun = at + timedelta(minutes=10 * layer, milliseconds=table)
                yield _event(number, begun, f"make_{layer}_{table:03}", inputs, layer, table)
        number += 1
        last = [_table(LAYERS, table) for table in range(TABLES)]
        end = at + timedelta(hours=5)
        yield _run(number, end, "train", last, [model])
    for other in range(models):
        number += 1
        named = model | {"name": f"other_{other:06}"}
        yield _run(number, _START, "train_others", [], [named])


def _event(
    number: int, at: datetime, job: str, inputs: list[dict[str, object]], layer: int, table: int
) -> bytes:
    return _run(number, at, job, inputs, [_table(layer + 1, table)])


def _run(number: int, at: datetime, job: str, inputs: object, outputs: object) -> bytes:
    code = {"type": "git", "url": "https://example.org/code", "version": "0123456789"}
    return json.dumps(
        {
            "eventTime": at.isoformat(),
            "eventType": "COMPLETE",
            "producer": _PRODUCER,
            "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "run": {"runId": str(UUID(int=0x0190_A000_0000_7000_8000_0000_0000_0000 + number))},
            "job": {
                "namespace": "bench",
                "name": job,
                "facets": {"sourceCodeLocation": _FACET | code},
            },
            "inputs": inputs,
            "outputs": outputs,
        }
    ).encode()


def _fill(port: int, nights: int, models: int) -> None:
    stream = list(events(nights, models))
    for start in range(0, len(stream), BATCH):
        answer = httpx.post(
            f"http://127.0.0.1:{port}/api/v1/lineage/batch",
            content=b"[" + b",".join(stream[start : start + BATCH]) + b"]",
            headers={"content-type": "application/json"},
            timeout=120,
        )
        if b'"failed":0' not in answer.content:
            raise RuntimeError(answer.text[:500])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nights", type=int, default=10)
    parser.add_argument("--asks", type=int, default=20)
    parser.add_argument("--models", type=int, default=0)
    given = parser.parse_args()
    first = "dataset:warehouse:layer_0.table_000"
    asked = [
        Question("a model, upstream", "provenance", {"nodeId": "dataset:models:model"}),
        Question("a table, downstream", "provenance", {"nodeId": first, "direction": "downstream"}),
        Question("the model's versions", "models/models/model", {}),
        Question("a page of models", "models", {"limit": 100}),
    ]
    with tempfile.TemporaryDirectory(prefix="catchment-bench-") as folder:
        # As root the server runs as another user, who must come through here.
        Path(folder).chmod(0o755)
        data_dir = Path(folder) / "data"
        with serving(data_dir) as (pid, port):
            _fill(port, given.nights, given.models)
            asyncio.run(_analyze(data_dir))
            with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/", timeout=120) as client:
                for one in asked:
                    found = client.get(one.path, params=one.params).json()
                    nodes = found.get("nodes", ())
                    runs = sum(node["type"] == "RUN" for node in nodes)
                    sys.stdout.write(f"{runs:>5} of {len(nodes):>5} nodes are runs  ")
                    sys.stdout.write(measure(client, one, given.asks, (pid, data_dir)))
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
