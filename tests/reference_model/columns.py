"""Column lineage as docs/reference/meaning.md has it: every edge stated, then a walk over them."""

import json
from dataclasses import dataclass, field

from tests.reference_model.aliases import Aliases
from tests.reference_model.facts import (
    RANK,
    Json,
    Name,
    derived_from,
    lineage_facet,
    name_of,
    time_of,
)
from tests.reference_model.model import Model, declared_set
from tests.reference_model.runs import Facets, IoSet, Run, add_explicit, latest_run, winners

Column = tuple[Name, str | None]
Key = tuple[Column, Column, str]
"""(output, source, kind)."""


@dataclass
class Said:
    """Everything that is said of one edge."""

    transformations: set[str] = field(default_factory=set)
    jobs: set[Name] = field(default_factory=set)
    holds: bool = False


Stated = set[tuple[Key, str | None]]


def stated(output: Name, facets: Facets) -> Stated:
    """The edges of an output's columnLineage, each with one transformation, if any."""
    facet = facets.get("columnLineage", {})
    found: Stated = set()
    if facet.get("_deleted"):
        return found
    lists = [(column, m["inputFields"]) for column, m in facet.get("fields", {}).items()]
    for column, sources in [*lists, (None, facet.get("dataset", []))]:
        for source in sources:
            found |= _of_source(output, column, source)
    return found


def _of_source(output: Name, column: str | None, source: Json) -> Stated:
    ends = ((output, column), (name_of(source), source.get("field")))
    said = source.get("transformations", [])
    kinds = {one["type"] for one in said if "type" in one}
    default = "INDIRECT" if column is None else "DIRECT"
    if kinds:
        default = "DIRECT" if "DIRECT" in kinds else "INDIRECT"
    found: Stated = set()
    for one in said:
        found.add(((*ends, one.get("type", default)), json.dumps(one, sort_keys=True)))
    if not said:
        found.add(((*ends, default), None))
    return found


def of_run(run: Run, job: Name) -> Stated:
    """What a run states under a job; targets of a lineage facet anywhere in it state nothing."""
    whole = IoSet()
    for event in run.own:
        add_explicit(whole, event)
    targets = {name for name, direction in whole.boundary if direction == "o"}
    events = [event for event in run.own if name_of(event["job"]) == job]
    found: Stated = set()
    for output in {name_of(e) for event in events for e in event.get("outputs", [])} - targets:
        candidates = [
            (time_of(event), RANK[event["eventType"]], element.get("facets", {}))
            for event in events
            for element in event.get("outputs", [])
            if name_of(element) == output
        ]
        found |= stated(output, winners(candidates))
    return found


def of_declaration(event: Json) -> Stated:
    """What one JobEvent states."""
    whole = IoSet()
    if lineage_facet(event):
        add_explicit(whole, event)
    targets = {name for name, direction in whole.boundary if direction == "o"}
    found: Stated = set()
    for output in {name_of(e) for e in event.get("outputs", [])} - targets:
        same = [e.get("facets", {}) for e in event["outputs"] if name_of(e) == output]
        found |= stated(output, winners([(0, 0, facets) for facets in same]))
    return found


def edges_of(model: Model, job: Name, as_of: int) -> dict[Key, Said]:
    """The column edges of a job at an instant; those with a whole dataset at one end too."""
    runs = [run for run, _ in model.io_sets(job, as_of)]
    visible = {
        (name, direction)
        for of, name, direction, basis in model.first_sights(as_of)
        if of == job and basis != "declared"
    }
    latest = latest_run(job, runs, as_of)
    kept = {key for key, _ in of_run(latest, job)} if latest else None
    snapshot = latest.snapshot(job) if latest else None
    if kept is not None and snapshot is not None:
        shown = snapshot[1]
        kept = {key for key in kept if {(key[0][0], "o"), (key[1][0], "i")} <= shown}
    found: dict[Key, Said] = {}
    for run in runs:
        for key, transformation in of_run(run, job):
            (output, _), (source, _), _ = key
            if (output, "o") in visible and (source, "i") in visible:
                _say(found, key, transformation, job, kept is None or key in kept)
    for key, transformation in _declared(model, job, as_of):
        _say(found, key, transformation, job, True)
    return found


def _derived(model: Model, as_of: int) -> dict[Key, Said]:
    """What datasets say then of their own columns, by whichever job."""
    found: dict[Key, Said] = {}
    for event in model.derivations_held(as_of):
        output = name_of(event["dataset"])
        for _, mapped in derived_from(event["dataset"]["facets"]["lineage"]):
            for key, transformation in _of_source(output, *mapped) if mapped else ():
                _say(found, key, transformation, None, True)
    return found


def _say(
    found: dict[Key, Said], key: Key, transformation: str | None, job: Name | None, holds: bool
) -> None:
    said = found.setdefault(key, Said())
    said.jobs |= {job} if job else set()
    said.holds = said.holds or holds
    if transformation is not None:
        said.transformations.add(transformation)


def _declared(model: Model, job: Name, as_of: int) -> Stated:
    reads, writes = model.declaration(job, as_of)
    ins = {name for name, direction in reads.members() if direction == "i"}
    outs = {name for name, direction in writes.members() if direction == "o"}
    found: Stated = set()
    for direction in "io":
        filled = [
            event
            for event in model.events
            if "run" not in event and "job" in event and name_of(event["job"]) == job
            and time_of(event) <= as_of
            and direction in {side for _, side in declared_set(event).members()}
        ]  # fmt: skip
        if filled:
            found |= of_declaration(max(filled, key=time_of))
    return {one for one in found if one[0][0][0] in outs and one[0][1][0] in ins}


def _joined(aliases: Aliases, edges: dict[Key, Said], asked: Name | None) -> dict[Key, Said]:
    """The same between nodes: all names of a dataset are one."""
    found: dict[Key, Said] = {}

    def shown(name: Name) -> Name:
        return asked if asked in aliases.names(name) else aliases.first(name)

    for (output, source, kind), said in edges.items():
        key = ((shown(output[0]), output[1]), (shown(source[0]), source[1]), kind)
        known = found.setdefault(key, Said())
        known.jobs |= said.jobs
        known.transformations |= said.transformations
        known.holds = known.holds or said.holds
    return found


Graph = tuple[set[Column], dict[Key, Said], dict[Key, Said]]


def graph(
    model: Model, kind: str, focus: Name, column: str | None, ways: str, depth: int, as_of: int
) -> Graph:
    """(columns, edges, influences) of an answer."""
    everything: dict[Key, Said] = {}
    asked = focus if kind == "dataset" else None
    parts = [edges_of(model, job, as_of) for job in model.times("job")]
    for part in [*parts, _derived(model, as_of)]:
        for key, said in _joined(model.aliases(as_of), part, asked).items():
            known = everything.setdefault(key, Said())
            known.jobs |= said.jobs
            known.transformations |= said.transformations
            known.holds = known.holds or said.holds
    nodes: set[Column] = set()
    walked: dict[Key, Said] = {}
    for way in ways:
        level = 0
        if kind == "job":
            own = _joined(model.aliases(as_of), edges_of(model, focus, as_of), None)
            walked.update({key: own[key] for key in own if key not in walked})
            edges = [key for key in own if key[0][1] is not None and key[1][1] is not None]
            nodes |= {_end(key, far=way != "o") for key in edges}
            frontier = {_end(key, far=way == "o") for key in edges} if depth else set()
            level = 1
        elif column is None:
            frontier = {
                _end(key, far=way != "o")
                for key in everything
                if _end(key, far=way != "o")[0] == focus
            }
        else:
            frontier = {(focus, column)}
        nodes |= {one for one in frontier if one[1] is not None}
        done: set[Column] = set()
        while frontier and level < depth:
            done |= frontier
            level += 1
            beyond: set[Column] = set()
            for key, said in everything.items():
                whole = way == "o" and key[0][1] is None and key[0][0] in {d for d, _ in frontier}
                if _end(key, far=way != "o") in frontier or whole:
                    walked[key] = said
                    if key[0][1] is not None and key[1][1] is not None:
                        beyond.add(_end(key, far=way == "o"))
            nodes |= beyond
            frontier = beyond - done
    both = {key: key[0][1] is not None and key[1][1] is not None for key in walked}
    return (
        nodes,
        {key: walked[key] for key, true in both.items() if true and set(key[:2]) <= nodes},
        {key: walked[key] for key, true in both.items() if not true},
    )


def _end(key: Key, *, far: bool) -> Column:
    return key[1] if far else key[0]
