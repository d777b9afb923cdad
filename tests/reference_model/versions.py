"""Who wrote what, which write a read is bound to, and what became of datasets as a whole."""

from typing import NamedTuple
from uuid import UUID

from tests.reference_model.facts import FOREVER, Name, dataset_key, name_of, run_bytes
from tests.reference_model.model import Model
from tests.reference_model.runs import Run

Became = tuple[str | None, bool]
"""What last became of a dataset, and whether it is dropped."""


class Write(NamedTuple):
    """A run's write of a dataset: its latest naming, and since when it is confirmed."""

    at: int
    run_id: bytes
    run: Run
    confirmed: int | None
    dataset: Name


class Version(NamedTuple):
    """A version by the name that it was written under last; its runs, the latest write first."""

    text: str
    dataset: Name
    runs: tuple[str, ...]
    confirmed: bool


def writes_of_all_names(model: Model, dataset: Name, as_of: int) -> list[Write]:
    """All writes under any name that a dataset had then, the latest first."""
    names = model.aliases(as_of).names(dataset)
    found = [write for name in names for write in writes_of(model, name)]
    found.sort(key=lambda write: dataset_key(write.dataset))
    return sorted(found, key=lambda write: write[:2], reverse=True)


def writes_of(model: Model, dataset: Name) -> list[Write]:
    """All writes, the latest first."""
    found = []
    for run in model.runs.values():
        times = run.naming_times(dataset, "outputs")
        since = [min(times)] if run.streaming and times else []
        if run.state(FOREVER) == "COMPLETED" and run.ended is not None:
            since.append(run.ended)
        if times:
            confirmed = min(since, default=None)
            found.append(Write(max(times), run_bytes(run.id), run, confirmed, dataset))
    return sorted(found, key=lambda write: write[:2], reverse=True)


def named(run: Run, dataset: Name, side: str) -> str | None:
    """The version that a run's facet names of what it read or wrote."""
    facet = run.sight(dataset, side).get("version", {})
    return None if facet.get("_deleted") else facet.get("datasetVersion")


def version_of(write: Write, dataset: Name) -> str:
    """As the run names it, else an id of its own."""
    said = named(write.run, dataset, "outputs")
    if said:
        return said
    key = dataset_key(dataset)
    return str(UUID(bytes=bytes(a ^ b for a, b in zip(write.run_id, key, strict=True))))


def versions_of(model: Model, dataset: Name) -> list[Version]:
    """Those written under any name of a dataset, the latest first."""
    found: dict[str, Version] = {}
    for write in writes_of_all_names(model, dataset, FOREVER):
        text, confirmed = version_of(write, write.dataset), write.confirmed is not None
        known = found.get(text, Version(text, write.dataset, (), False))
        runs = dict.fromkeys((*known.runs, write.run.id))
        found[text] = known._replace(runs=tuple(runs), confirmed=known.confirmed or confirmed)
    return list(found.values())


def models(model: Model) -> list[tuple[Name, str | None]]:
    """All models by the names that stand for them, each with its latest version."""
    aliases = model.aliases(FOREVER)
    firsts = {aliases.first(name) for name in model.times("dataset")}
    kinds = {name: model.dataset_facets(name, FOREVER).get("datasetType") for name in firsts}
    return sorted(
        (name, current_version(model, name, FOREVER))
        for name, kind in kinds.items()
        if kind is not None and kind["datasetType"] == "MODEL"
    )


def current_version(model: Model, dataset: Name, as_of: int) -> str | None:
    """That of the latest write that was confirmed by then."""
    for write in writes_of_all_names(model, dataset, as_of):
        if write.confirmed is not None and write.confirmed <= as_of:
            return version_of(write, write.dataset)
    return None


def bindings(model: Model, run: Run) -> dict[Name, tuple[str | None, str | None]]:
    """Input -> the version that was read, and the run that wrote it."""
    names = {name_of(element) for event in run.own for element in event.get("inputs", [])}
    return {name: _binding(model, run, name) for name in names}


def _binding(model: Model, run: Run, dataset: Name) -> tuple[str | None, str | None]:
    at = min(run.naming_times(dataset, "inputs")) if run.streaming else run.started
    writes = writes_of_all_names(model, dataset, FOREVER if at is None else at)
    others = [write for write in writes if write.run is not run]
    said = named(run, dataset, "inputs")
    if said:
        others = [write for write in others if named(write.run, write.dataset, "outputs") == said]
    if at is None:
        return said, None
    confirmed = [w for w in others if w.confirmed is not None and w.confirmed <= at]
    begun = [w for w in others if w.run.created <= at]
    for write in confirmed or begun or (others if said else []):
        return version_of(write, write.dataset), write.run.id
    return said, None


def became(model: Model, dataset: Name, as_of: int) -> Became:
    """By the runs that completed by then, under any name of the dataset."""
    changes = []
    for run in model.runs.values():
        ended = run.ended
        # Of two names that one run changed, the one with the smaller key.
        for name in sorted(model.aliases(as_of).names(dataset), key=dataset_key, reverse=True):
            facet = run.sight(name, "outputs").get("lifecycleStateChange", {})
            if run.state(FOREVER) == "COMPLETED" and ended is not None and ended <= as_of and facet:
                changes.append((ended, run_bytes(run.id), facet["lifecycleStateChange"]))
    if not changes:
        return None, False
    drops = [at for at, _, change in changes if change == "DROP"]
    droppers = {run_id for _, run_id, change in changes if change == "DROP"}
    again = [at for at, _, change in changes if change == "CREATE"]
    again += [
        write.at
        for write in writes_of_all_names(model, dataset, as_of)
        if write.run_id not in droppers and write.confirmed is not None and write.confirmed <= as_of
    ]
    dropped = bool(drops) and max(drops) > max(again, default=-1)
    latest = max(changes, key=lambda one: one[:2])[:2]
    return [change for *order, change in changes if tuple(order) == latest][-1], dropped
