"""Events without a run: what somebody reported of an asset, or a sensor saw of it."""

from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.events import (
    COMPLETE,
    START,
    Job,
    dataset_event,
    instant,
    run_event,
)
from catchment_emitters.core.ids import run_id_of
from catchment_emitters.core.settings import Settings
from catchment_emitters.dagster.datasets import observed, written
from catchment_emitters.dagster.definitions import Definitions
from catchment_emitters.dagster.names import Names
from catchment_emitters.dagster.upstream import Upstream

Event = dict[str, Any]
KEYS_MAX = 500
"""External assets whose latest observation is asked for when the log is first looked at."""
_KINDS = ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION")


def read_runless(
    instance: Any, definitions: Definitions, after: int, limit: int, since: float | None
) -> tuple[list[Any], int, bool]:
    """Records without a run that were stored after this id.

    Of each kind so many records of any asset are read, those of runs among them. With the id to go
    on from, and whether there are more. `since`: only records of then or later (seconds since
    1970).
    """
    from dagster import DagsterEventType, EventRecordsFilter

    found: list[Any] = []
    highest, cut = after, None
    for kind in _KINDS:
        wanted = EventRecordsFilter(
            DagsterEventType(kind), after_cursor=after, after_timestamp=since
        )  # fmt: skip
        # One query for all assets: there can be thousands.
        page = instance.event_log_storage.get_event_records(wanted, limit=limit, ascending=True)
        if not page:
            continue
        found += page
        highest = max(highest, page[-1].storage_id)
        if len(page) >= limit:
            cut = page[-1].storage_id if cut is None else min(cut, page[-1].storage_id)
    until = highest if cut is None else cut
    keys = (frozenset(definitions.asset_keys()), frozenset(definitions.external_keys()))
    kept = [one for one in found if one.storage_id <= until and _is_runless(one, *keys)]
    return sorted(kept, key=lambda one: int(one.storage_id)), until, cut is not None


def _is_runless(record: Any, known: frozenset[Any], external: frozenset[Any]) -> bool:
    """Whether nobody else tells of it: a write of any asset, or what was seen of an external."""
    entry = record.event_log_entry
    is_write = entry.dagster_event.event_type_value == "ASSET_MATERIALIZATION"
    return not entry.run_id and entry.dagster_event.asset_key in (known if is_write else external)


def latest(instance: Any, definitions: Definitions) -> int:
    """The id of the latest record of any asset: what comes after it is new."""
    records, until = instance.get_asset_records(definitions.asset_keys()), 0
    for record in records:
        last = record.asset_entry.last_materialization_record
        until = max(until, last.storage_id if last is not None else 0)
    for key in definitions.external_keys()[:KEYS_MAX]:
        page = instance.fetch_observations(key, limit=1)
        until = max([until, *(one.storage_id for one in page.records)])
    return until


def runless_events(
    record: Any, names: Names, settings: Settings, upstream: Upstream
) -> list[Event]:  # fmt: skip
    """A materialisation is a run that wrote it; an observation is said of the dataset."""
    entry = record.event_log_entry
    at = instant(entry.timestamp)
    event = entry.dagster_event
    path = event.asset_key.path
    # As the job that would have written it, and as the one that is made up here.
    rules = [settings.policy.of(name) for name in ("__".join(path), f"{'/'.join(path)}.reported")]
    allowed = all(one.datasets for one in rules)
    if not all(one.emit for one in rules):
        return []
    if event.event_type_value == "ASSET_OBSERVATION":
        seen = observed(event.event_specific_data.asset_observation, names)
        return [dataset_event(seen, at)] if allowed else []
    materialization = event.event_specific_data.materialization
    made = written(materialization, names, "", upstream, settings.policy)
    name = f"{made.dataset.name}.reported"
    job = Job(names.jobs, name, {"jobType": facets.job_type("DAGSTER", "REPORT")})
    run_id = run_id_of("dagster", names.datasets, "runless", str(record.storage_id), at)
    inputs, outputs = (made.inputs, [made.dataset]) if allowed else ([], [])
    return [
        run_event(START, run_id, job, at=at),
        run_event(COMPLETE, run_id, job, at=at, inputs=inputs, outputs=outputs),
    ]
