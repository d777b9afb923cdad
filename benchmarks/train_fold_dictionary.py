"""Train the zstd dictionary of run folds on folds of made-up pipelines, and write it.

    python -m benchmarks.train_fold_dictionary FILE

Run once for a form of folds; what it wrote is committed and never changed, for folds need it. The
samples hold what the facets of many producers have in common, with names drawn at random, so that
the dictionary learns the shapes and no pipeline.
"""

import json
import random
import string
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import zstandard

from benchmarks.generator import PRODUCER, facet
from catchment.events.decode import Reader
from catchment.lineage.assertion import BUILDERS
from catchment.lineage.bags import Bag
from catchment.lineage.fold import RunFold, fold_of, merge
from catchment.postgres.folds import Encoder

RUNS = 4_000
DICTIONARY_BYTES = 6 * 1024
Json = dict[str, Any]
_PRODUCERS = (
    "https://github.com/OpenLineage/OpenLineage/tree/{}/client/python",
    "https://github.com/OpenLineage/OpenLineage/tree/{}/integration/spark",
    "https://github.com/OpenLineage/OpenLineage/tree/{}/integration/dbt",
    "https://github.com/apache/airflow/tree/providers-openlineage/{}",
)


def word(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 12)))


def run_facets(rng: random.Random, failed: bool) -> Json:
    name = f"{word(rng)}.{word(rng)}"
    parent = {
        "run": {"runId": str(UUID(int=rng.getrandbits(128), version=4))},
        "job": {"namespace": word(rng), "name": name},
    }
    facets: Json = {}
    if rng.random() < 0.8:
        root = parent if rng.random() < 0.7 else None
        more = {"root": root} if root else {}
        facets["parent"] = facet("ParentRunFacet", "1-1-0", **parent, **more)
    if rng.random() < 0.6:
        tags = [{"key": "openlineage_client_version", "value": "1.54.0", "source": "CLIENT"}]
        facets["tags"] = facet("TagsRunFacet", "1-0-0", tags=tags)
    if rng.random() < 0.5:
        engine = rng.choice(["spark", "Airflow", "dbt", "prefect", "dagster"])
        facets["processing_engine"] = {
            **facet("ProcessingEngineRunFacet", "1-1-1", openlineageAdapterVersion="1.54.0"),
            "name": engine,
            "version": f"{rng.randint(1, 4)}.{rng.randint(0, 20)}.{rng.randint(0, 9)}",
        }
    if rng.random() < 0.4:
        begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=rng.randrange(20_000))
        facets["nominalTime"] = facet(
            "NominalTimeRunFacet",
            "1-0-1",
            nominalStartTime=begin.isoformat().replace("+00:00", "Z"),
            nominalEndTime=(begin + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
        )
    if failed:
        facets["errorMessage"] = facet(
            "ErrorMessageRunFacet",
            "1-0-1",
            message=f"{word(rng)} {word(rng)} failed",
            programmingLanguage="python",
            stackTrace=f'Traceback (most recent call last):\n  File "{word(rng)}.py", line 1',
        )
    return facets


def dataset(rng: random.Random, bag: str) -> Json:
    found: Json = {"namespace": f"postgres://{word(rng)}:5432", "name": word(rng), "facets": {}}
    if rng.random() < 0.8:
        found["facets"]["schema"] = facet("SchemaDatasetFacet", "1-2-0", fields=[])
    if bag == "outputFacets" and rng.random() < 0.7:
        found[bag] = {
            "outputStatistics": facet(
                "OutputStatisticsOutputDatasetFacet",
                "1-0-2",
                rowCount=rng.randrange(10**6),
                size=rng.randrange(10**9),
            )
        }
    if rng.random() < 0.15:
        version = str(rng.randrange(10**6))
        found["facets"]["version"] = facet(
            "DatasetVersionDatasetFacet", "1-0-1", datasetVersion=version
        )
    return found


def run_events(rng: random.Random) -> list[bytes]:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(10**7))
    failed = rng.random() < 0.05
    event: Json = {
        "producer": rng.choice(_PRODUCERS).format(f"1.{rng.randint(20, 60)}.0"),
        "run": {
            "runId": str(UUID(int=rng.getrandbits(128), version=4)),
            "facets": run_facets(rng, failed),
        },
        "job": {"namespace": word(rng), "name": word(rng), "facets": {}},
        "inputs": [dataset(rng, "inputFacets") for _ in range(rng.randint(0, 4))],
        "outputs": [dataset(rng, "outputFacets") for _ in range(rng.randint(0, 2))],
    }
    ended = now + timedelta(milliseconds=rng.randrange(10**6))
    times = [("START", now), ("FAIL" if failed else "COMPLETE", ended)]
    texts = [
        json.dumps(
            {"eventType": kind, "eventTime": at.isoformat(), **event}, sort_keys=True
        ).encode()
        for kind, at in times[: rng.randint(1, 2)]
    ]
    return [text.replace(PRODUCER.encode(), event["producer"].encode()) for text in texts]


def samples() -> list[bytes]:
    """Folds before compression."""
    rng = random.Random(2)
    reader = Reader(BUILDERS)
    ids: dict[bytes, int] = {}

    def id_of(key: bytes) -> int:
        return ids.setdefault(key, 1_000 + rng.randrange(10**6))

    def bag_id(bag: Bag) -> int:
        return id_of(bag.hash)

    encoder = Encoder(id_of, id_of, bag_id)
    found = []
    for _ in range(RUNS):
        fold = RunFold()
        for body in run_events(rng):
            fold = merge(fold, fold_of(reader.read(body)))
        found.append(encoder.pack(fold))
    return found


def main() -> None:
    found: list[Any] = list(samples())
    trained = zstandard.train_dictionary(DICTIONARY_BYTES, found, level=3)
    Path(sys.argv[1]).write_bytes(trained.as_bytes())


if __name__ == "__main__":
    main()
