"""How long column lineage takes: the real command, over HTTP, on layers of tables.

    python -m benchmarks.columns [--asks 30]

20 layers of 50 datasets of 10 columns; each dataset is made of two of the layer before, and each
column of two columns, one of each. `narrow`: neighbours, as pipelines are; `moderate`: drawn at
random from eight neighbours; `wide`: from all, so that a few steps up everything is part of
everything.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from benchmarks.ingest import cpu_s, serving

LAYERS, DATASETS, COLUMNS = 20, 50, 10
SHAPES = ("narrow", "moderate", "wide")
NEAR = 8
_FACET = {"_producer": "https://example.org/bench", "_schemaURL": "https://example.org/schema"}


def events(shape: str, chance: random.Random) -> Iterator[dict[str, Any]]:
    for layer in range(1, LAYERS + 1):
        for number in range(DATASETS):
            if shape == "narrow":
                sources = [number, (number + 1) % DATASETS]
            elif shape == "moderate":
                near = number // NEAR * NEAR
                sources = chance.sample(range(near, min(near + NEAR, DATASETS)), 2)
            else:
                sources = chance.sample(range(DATASETS), 2)
            yield _event(shape, layer, number, sources, chance)


def _event(
    shape: str, layer: int, number: int, sources: list[int], chance: random.Random
) -> dict[str, Any]:
    def made_of(column: int, nth: int) -> dict[str, Any]:
        of = (column + nth) % COLUMNS if shape == "narrow" else chance.randrange(COLUMNS)
        source = {"namespace": f"db-{shape}", "name": f"t_{layer - 1}_{sources[nth]}"}
        said = {"type": "DIRECT", "subtype": "TRANSFORMATION", "description": "", "masking": False}
        return source | {"field": f"column_{of}", "transformations": [said]}

    fields = [{"name": f"column_{n}", "type": "bigint"} for n in range(COLUMNS)]
    mapping = {
        f"column_{n}": {"inputFields": [made_of(n, 0), made_of(n, 1)]} for n in range(COLUMNS)
    }
    facets = {"schema": _FACET | {"fields": fields}, "columnLineage": _FACET | {"fields": mapping}}
    return {
        "eventTime": "2026-03-01T12:00:00Z",
        "eventType": "COMPLETE",
        "producer": "https://example.org/bench",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"0190a000-0000-7000-8000-{chance.getrandbits(48):012x}"},
        "job": {"namespace": f"etl-{shape}", "name": f"j_{layer}_{number}"},
        "inputs": [{"namespace": f"db-{shape}", "name": f"t_{layer - 1}_{n}"} for n in sources],
        "outputs": [
            {"namespace": f"db-{shape}", "name": f"t_{layer}_{number}", "facets": facets},
        ],
    }


def load(client: httpx.Client) -> None:
    chance = random.Random(3)
    for shape in SHAPES:
        stream = list(events(shape, chance))
        for start in range(0, len(stream), 250):
            answer = client.post("/lineage/batch", json=stream[start : start + 250])
            if answer.json()["summary"]["failed"]:
                raise RuntimeError(answer.text[:500])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--asks", type=int, default=30)
    asks = parser.parse_args().asks
    with tempfile.TemporaryDirectory(prefix="catchment-bench-") as folder:
        # As root the server runs as another user, who must come through here.
        Path(folder).chmod(0o755)
        data_dir = Path(folder) / "data"
        with serving(data_dir) as (pid, port):
            base = f"http://127.0.0.1:{port}/api/v1"
            with httpx.Client(base_url=base, timeout=60) as client:
                load(client)
                for shape in SHAPES:
                    for depth in (5, 20):
                        _measure(client, shape, depth, asks, (pid, data_dir))


def _measure(
    client: httpx.Client, shape: str, depth: int, asks: int, server: tuple[int, Path]
) -> None:
    params: dict[str, str | int] = {
        "nodeId": f"datasetField:db-{shape}:t_{LAYERS}_7:column_3",
        "depth": depth,
    }
    content = client.get("/column-lineage", params=params).content
    if b"graph" not in content:
        raise RuntimeError(content[:500])
    before, waits = cpu_s(*server), []
    for _ in range(asks):
        begun = time.perf_counter()
        client.get("/column-lineage", params=params).read()
        waits.append((time.perf_counter() - begun) * 1_000)
    after = cpu_s(*server)
    ours, theirs = [(b - a) * 1_000 / asks for a, b in zip(before, after, strict=True)]
    graph = json.loads(content)["graph"]
    edges = sum(len(node["inEdges"]) for node in graph)
    sys.stdout.write(
        f"{shape:<8} depth {depth:>2} {len(graph):>6} columns {edges:>6} edges "
        f"{len(content) / 1e3:>8.0f} kB  p50 {sorted(waits)[asks // 2]:>6.1f} ms  "
        f"best {min(waits):>6.1f} ms  CPU: collector {ours:>6.1f} ms, Postgres {theirs:>6.1f} ms\n"
    )


if __name__ == "__main__":
    main()
