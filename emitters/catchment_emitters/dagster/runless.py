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
"""External assets whose observations are asked for; more are left out."""


def read_runless(
    instance: Any, definitions: Definitions, after: int, limit: int
) -> tuple[list[Any], int]:  # fmt: skip
    """Records without a run that were stored after this id, and the id to go on from."""
    from dagster import AssetRecordsFilter

    found: list[Any] = []
    highest, cut = after, None
    keys = definitions.asset_keys()
    for kind, key in [*_materialized(instance, keys, after), *_observable(definitions)]:
        fetch = (
            instance.fetch_materializations if kind == "written" else instance.fetch_observations
        )
        page = fetch(AssetRecordsFilter(key, after_storage_id=after), limit=limit, ascending=True)
        if not page.records:
            continue
        found += page.records
        last = page.records[-1].storage_id
        highest = max(highest, last)
        if page.has_more:
            cut = last if cut is None else min(cut, last)
    until = highest if cut is None else cut
    kept = [one for one in found if not one.event_log_entry.run_id and one.storage_id <= until]
    return sorted(kept, key=lambda one: int(one.storage_id)), until


def latest(instance: Any, definitions: Definitions) -> int:
    """The id of the latest record of any asset: what comes after it is new."""
    records, until = instance.get_asset_records(definitions.asset_keys()), 0
    for record in records:
        last = record.asset_entry.last_materialization_record
        until = max(until, last.storage_id if last is not None else 0)
    for _, key in _observable(definitions):
        page = instance.fetch_observations(key, limit=1)
        until = max([until, *(one.storage_id for one in page.records)])
    return until


def _materialized(instance: Any, keys: list[Any], after: int) -> list[tuple[str, Any]]:
    found = []
    for record in instance.get_asset_records(keys) if keys else ():
        last = record.asset_entry.last_materialization_record
        if last is not None and last.storage_id > after:
            found.append(("written", record.asset_entry.asset_key))
    return found


def _observable(definitions: Definitions) -> list[tuple[str, Any]]:
    return [("observed", key) for key in definitions.external_keys()[:KEYS_MAX]]


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
