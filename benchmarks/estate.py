"""An estate of any size as small events: chains of 100 jobs, and runs for ever after.

One COMPLETE a run, 0.5 to 1 kB. The first run of each job brings the schemas of what it reads and
writes and where that lies; later ones name their datasets only. Every other second run is one of
the same job, so that there is one with half of all runs.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

CHAIN_JOBS = 100
NAMESPACES = 10
BUSY_JOB = ("estate-0", "busy")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_PRODUCER = "https://example.org/bench"
_FACET = {"_producer": _PRODUCER, "_schemaURL": "https://example.org/schema"}
_FIELDS = [{"name": f"column_{n}", "type": "bigint"} for n in range(5)]
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"


def job_name(chain: int, link: int) -> tuple[str, str]:
    """Namespace and name of the job that makes table `link` + 1 of a chain from table `link`."""
    return f"estate-{chain % NAMESPACES}", f"chain_{chain:05d}.job_{link:03d}"


def dataset_name(chain: int, place: int) -> tuple[str, str]:
    """Namespace and name of a table of a chain; 0 is its beginning."""
    return f"warehouse-{chain % NAMESPACES}", f"chain_{chain:05d}.table_{place:03d}"


def run_id(number: int) -> str:
    """The id of a run by its number."""
    return str(UUID(int=0x0190_A000_0000_7000_8000_0000_0000_0000 + number))


def chains(datasets: int) -> int:
    """How many chains there are in an estate of so many datasets; at least one."""
    return max(1, datasets // (CHAIN_JOBS + 1))


def events(datasets: int, runs: int) -> Iterator[bytes]:
    """All events in the order of their times: every job once, whatever `runs` is, then the rest."""
    jobs = chains(datasets) * CHAIN_JOBS
    for number in range(max(jobs, runs)):
        first = number < jobs
        if number % 2 and not first:
            yield _event(number, BUSY_JOB, dataset_name(0, 0), dataset_name(0, 1), False)
            continue
        place = number if first else (number // 2) % jobs
        chain, link = divmod(place, CHAIN_JOBS)
        source, target = dataset_name(chain, link), dataset_name(chain, link + 1)
        yield _event(number, job_name(chain, link), source, target, first)


def _event(
    number: int, job: tuple[str, str], source: tuple[str, str], target: tuple[str, str], first: bool
) -> bytes:
    time = (_START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
    head = (
        f'{{"eventTime":"{time}","eventType":"COMPLETE","producer":"{_PRODUCER}",'
        f'"schemaURL":"{_SCHEMA}","run":{{"runId":"{run_id(number)}"}},'
        f'"job":{{"namespace":"{job[0]}","name":"{job[1]}"}},'
    )
    ends = f'"inputs":[{_dataset(source, first)}],"outputs":[{_dataset(target, first)}]}}'
    return (head + ends).encode()


def _dataset(name: tuple[str, str], described: bool) -> str:
    facets = f',"facets":{_facets(name[0])}' if described else ""
    return f'{{"namespace":"{name[0]}","name":"{name[1]}"{facets}}}'


def _facets(namespace: str) -> str:
    source = _FACET | {"name": namespace, "uri": f"postgres://{namespace}:5432/db"}
    return json.dumps({"schema": _FACET | {"fields": _FIELDS}, "dataSource": source})
