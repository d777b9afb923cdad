"""What definitions say and the event log does not: owners, kinds, code, partitions, dependencies.

It is told in events of its own, of type OTHER, beside those of the log: whoever has only the log
makes the same bytes of it. Only the sensor has definitions at hand.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from catchment_emitters.core import code, facets
from catchment_emitters.core.events import OTHER, Dataset, Job, dataset_event, instant, run_event
from catchment_emitters.core.facets import Bag, Facet
from catchment_emitters.dagster import metadata as meta
from catchment_emitters.dagster.names import step_run_id, without_mapping
from catchment_emitters.dagster.partitions import nominal_time, partitions_of, read_partitions
from catchment_emitters.dagster.runs import RunInfo, without_secret

Event = dict[str, Any]
_PAGE = re.compile(
    r"^(?P<repo>https?://.+?)/(?:-/)?(?:blob|tree|src)/(?P<sha>[^/]+)/(?P<path>[^#]+)"
    r"(?:#L(?P<line>\d+))?"
)


class Definitions:
    """The definitions of one code location, as its process loaded them."""

    def __init__(self, repository: Any) -> None:
        self._repository = repository
        self._graph: Any = repository.asset_graph if repository is not None else None

    def knows(self, run: Any) -> bool:
        """Whether a run that does not say where it comes from is one of these."""
        if self._repository is None:
            return True
        if run.asset_selection:
            return any(self._graph.has(key) for key in run.asset_selection)
        return bool(self._repository.has_job(run.job_name))

    def external_keys(self) -> list[Any]:
        """Assets that no step here writes."""
        return sorted(self._graph.external_asset_keys) if self._graph is not None else []

    def asset_keys(self) -> list[Any]:
        """All assets."""
        return sorted(self._graph.get_all_asset_keys()) if self._graph is not None else []

    def also(self, info: RunInfo, event: Any, at: float) -> list[Event]:
        """What there is to add when the log says this."""
        if self._repository is None:
            return []
        kind = event.event_type_value
        if kind == "PIPELINE_START":
            return self._of_run(info, instant(at))
        if kind == "STEP_START":
            return self._of_step(info, event.step_key, instant(at))
        if kind == "ASSET_MATERIALIZATION" and event.step_key:
            return self._of_model(info, event, instant(at))
        return []

    # ── a run ──────────────────────────────────────────────────────────────────────────────────

    def _of_run(self, info: RunInfo, at: str) -> list[Event]:
        run = info.run
        job = None
        if not run.job_name.startswith("__") and self._repository.has_job(run.job_name):
            job = self._repository.get_job(run.job_name)
        partitions = getattr(job, "partitions_def", None) or self._partitions(
            sorted(run.asset_selection or ())
        )
        run_facets = facets.bag(nominalTime=nominal_time(partitions, partitions_of(run)))
        job_facets: Bag = {}
        if job is not None:
            job_facets = facets.bag(
                documentation=facets.documentation("Job", job.description),
                tags=_tags("Job", job.tags, info),
                ownership=facets.ownership("Job", getattr(job, "owners", None) or ()),
            )
        if not run_facets and not job_facets:
            return []
        whole = Job(info.job.namespace, info.job.name, info.job.facets | job_facets)
        return [run_event(OTHER, info.run_id, whole, at=at, run_facets=run_facets)]

    def _partitions(self, keys: Iterable[Any]) -> Any:
        for key in keys:
            if self._graph.has(key) and self._graph.get(key).partitions_def is not None:
                return self._graph.get(key).partitions_def
        return None

    # ── a step ─────────────────────────────────────────────────────────────────────────────────

    def _of_step(self, info: RunInfo, step_key: str, at: str) -> list[Event]:
        nodes = self._nodes(info.assets_of(step_key), info.run.asset_selection)
        job = info.step_job(step_key)
        allowed = info.settings.policy.of(job.name)
        if not allowed.emit:
            # What is said of datasets alone does not name the job, so nobody else would keep it.
            return []
        function = self._function(info, step_key, nodes)
        partitions = self._partitions(node.key for node in nodes)
        job_facets = _job_facets(nodes, function)
        if allowed.source_code:
            job_facets |= _code(nodes, function, info.settings.source_code)
        run_facets = facets.bag(nominalTime=nominal_time(partitions, partitions_of(info.run)))
        inputs: list[Dataset] = []
        outputs: list[Dataset] = []
        if allowed.datasets:
            outputs = [self._described(node, info) for node in nodes]
            inputs = self._inputs(nodes, info)
        if not (job_facets or run_facets or inputs or outputs):
            return []
        return [
            run_event(
                OTHER,
                step_run_id(info.run_id, step_key),
                Job(job.namespace, job.name, job.facets | job_facets),
                at=at,
                parent=info.parent(),
                run_facets=run_facets,
                inputs=inputs,
            ),
            *_declared(outputs, at),
        ]

    def _nodes(self, names: Iterable[str], selection: Any) -> list[Any]:
        """The assets that a step writes this time, as definitions have them."""
        from dagster import AssetKey

        keys = (AssetKey(name.split("/")) for name in sorted(names))
        wanted = [key for key in keys if not selection or key in selection]
        return [self._graph.get(key) for key in wanted if self._graph.has(key)]

    def _inputs(self, nodes: list[Any], info: RunInfo) -> list[Dataset]:
        own = {node.key for node in nodes}
        found: dict[Any, Dataset] = {}
        for node in nodes:
            for key in sorted(node.parent_keys - own):
                read = read_partitions(self._graph, node, key, partitions_of(info.run))
                found.setdefault(key, Dataset(*info.names.asset(key), {}, read))
        return list(found.values())

    def _described(self, node: Any, info: RunInfo) -> Dataset:
        """The dataset that an asset is, by its definition."""
        kinds = sorted(node.kinds)
        said = [meta.KINDS[one] for one in kinds if one in meta.KINDS]
        tags = {key: value for key, value in node.tags.items() if not _is_kind(key)}
        pairs = {**tags, **{f"kind:{kind}": kind for kind in kinds}}
        if node.group_name and node.group_name != "default":
            pairs["group"] = node.group_name
        of_metadata = meta.dataset_facets(node.metadata, info.names, node.is_partitioned)
        # Columns as a run found them are newer than those that were declared once.
        return Dataset(
            *info.names.asset(node.key),
            facets.bag(
                documentation=facets.documentation("Dataset", node.description),
                ownership=facets.ownership("Dataset", node.owners),
                tags=_tags("Dataset", pairs, info),
                datasetType=facets.dataset_type(said[0]) if said else None,
            )
            | of_metadata,
        )

    def _of_model(self, info: RunInfo, event: Any, at: str) -> list[Event]:
        """Figures of an asset that is a model by its kind: the log alone does not know that."""
        materialization = event.event_specific_data.materialization
        key = materialization.asset_key
        job = info.step_job(event.step_key)
        if not info.settings.policy.of(job.name).datasets or not self._graph.has(key):
            return []
        kinds = {meta.KINDS.get(kind) for kind in self._graph.get(key).kinds}
        numbers = meta.figures(materialization.metadata)
        if "MODEL" not in kinds or meta.DATASET_TYPE in materialization.metadata or not numbers:
            return []
        model = Dataset(*info.names.asset(key), {}, {"catchment_model": numbers})
        run_id = step_run_id(info.run_id, event.step_key)
        return [run_event(OTHER, run_id, job, at=at, parent=info.parent(), outputs=[model])]

    # ── the code of a step ─────────────────────────────────────────────────────────────────────

    def _function(self, info: RunInfo, step_key: str, nodes: list[Any]) -> Any:
        """The function that a step calls, if definitions still have it."""
        path = without_mapping(step_key).split(".")
        if nodes and self._graph is not None:
            node = self._graph.assets_def_for_key(nodes[0].key).node_def
            path = path[1:]
        elif self._repository.has_job(info.run.job_name):
            node = self._repository.get_job(info.run.job_name).graph
        else:
            return None
        for name in path:
            if not hasattr(node, "has_node_named") or not node.has_node_named(name):
                return None
            node = node.node_named(name).definition
        return _decorated(node)


def _decorated(node: Any) -> Any:
    compute = getattr(node, "compute_fn", None)
    function = getattr(compute, "decorated_fn", compute)
    # Around the function of some assets Dagster puts one of its own.
    own = str(getattr(function, "__module__", "")).partition(".")[0] == "dagster"
    return None if own else function


def _declared(datasets: list[Dataset], at: str) -> list[Event]:
    """What is so of datasets whether or not the run writes them in the end."""
    return [dataset_event(one, at) for one in datasets if one.facets]


def _job_facets(nodes: list[Any], function: Any) -> Bag:
    text = nodes[0].description if nodes else getattr(function, "__doc__", None)
    owners = sorted({owner for node in nodes for owner in node.owners})
    return facets.bag(
        documentation=facets.documentation("Job", text),
        ownership=facets.ownership("Job", owners),
    )


def _code(nodes: list[Any], function: Any, wanted: str) -> Bag:
    """Where the code is: by the references that definitions carry, else by the function itself."""
    if wanted == "off":
        return {}
    said = next((found for node in nodes if (found := _referenced(node.metadata))), None)
    if said is None and function is not None:
        said = code.location_facet(function)
    text = code.source_facet(function) if wanted == "full" and function is not None else None
    return facets.bag(sourceCodeLocation=said, sourceCode=text)


def _referenced(metadata: Mapping[str, Any]) -> Facet | None:
    said = metadata.get("dagster/code_references")
    for reference in getattr(said, "code_references", ()):
        if hasattr(reference, "file_path"):
            return code.file_facet(reference.file_path, reference.line_number)
        if hasattr(reference, "url"):
            return _page(reference.url)
    return None


def _page(url: str) -> Facet:
    found = _PAGE.match(url)
    schema = "SourceCodeLocationJobFacet"
    if found is None:
        return facets.facet("1-1-0", schema, type="git", url=url)
    line = f"#L{found['line']}" if found["line"] else ""
    said = {"repoUrl": found["repo"], "path": found["path"] + line, "version": found["sha"]}
    return facets.facet("1-1-0", schema, type="git", url=url, **said)


def _tags(entity: str, tags: Mapping[str, str], info: RunInfo) -> Facet | None:
    pairs = [
        (str(key), without_secret(str(key), value, info.settings.policy))
        for key, value in sorted(tags.items())
        if not str(key).startswith(".dagster/")
    ]
    return facets.tags(entity, pairs, "DAGSTER")


def _is_kind(tag: str) -> bool:
    return tag.startswith("dagster/kind/")
