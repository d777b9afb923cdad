"""Whatever openlineage-python can emit is valid: every facet class, with all that it may hold."""

import inspect
from enum import Enum
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attr
import pytest
from openlineage.client import event_v2, facet_v2
from openlineage.client.serde import Serde

from catchment.events.strict import problems_of
from tests.unit.events.strict.samples import BAGS

UUID = "01890a5d-ac96-774b-bcce-b302099a8057"
TIME = "2026-03-01T12:00:00.5+02:00"
# By the names of members, because the classes know of no format.
TEXTS = {
    "runId": UUID,
    "nominalStartTime": TIME,
    "nominalEndTime": TIME,
    "lastUpdated": TIME,
    "captureDate": TIME,
    "url": "https://example.org/x.py",
    "uri": "postgres://db:5432",
}
GIVEN: dict[Any, Any] = {bool: True, int: 300, float: 0.5, Any: [1, {"x": None}]}
# Where each belongs, by the page of the spec; a class that is new here is one to be looked at.
PLACES = {
    "run": {
        "environmentVariables": "EnvironmentVariablesRunFacet",
        "errorMessage": "ErrorMessageRunFacet",
        "executionParameters": "ExecutionParametersRunFacet",
        "externalQuery": "ExternalQueryRunFacet",
        "extractionError": "ExtractionErrorRunFacet",
        "jobDependencies": "JobDependenciesRunFacet",
        "nominalTime": "NominalTimeRunFacet",
        "parent": "ParentRunFacet",
        "processing_engine": "ProcessingEngineRunFacet",
        "tags": "TagsRunFacet",
        "test": "TestRunFacet",
    },
    "job": {
        "documentation": "DocumentationJobFacet",
        "jobType": "JobTypeJobFacet",
        "lineage": "LineageJobFacet",
        "ownership": "OwnershipJobFacet",
        "sourceCode": "SourceCodeJobFacet",
        "sourceCodeLocation": "SourceCodeLocationJobFacet",
        "sql": "SQLJobFacet",
        "tags": "TagsJobFacet",
    },
    "dataset": {
        "catalog": "CatalogDatasetFacet",
        "columnLineage": "ColumnLineageDatasetFacet",
        "dataQualityMetrics": "DataQualityMetricsDatasetFacet",
        "dataSource": "DatasourceDatasetFacet",
        "datasetType": "DatasetTypeDatasetFacet",
        "documentation": "DocumentationDatasetFacet",
        "hierarchy": "HierarchyDatasetFacet",
        "lifecycleStateChange": "LifecycleStateChangeDatasetFacet",
        "lineage": "LineageDatasetFacet",
        "ownership": "OwnershipDatasetFacet",
        "schema": "SchemaDatasetFacet",
        "storage": "StorageDatasetFacet",
        "symlinks": "SymlinksDatasetFacet",
        "tags": "TagsDatasetFacet",
        "version": "DatasetVersionDatasetFacet",
    },
    "input": {
        "dataQualityAssertions": "DataQualityAssertionsDatasetFacet",
        "dataQualityMetrics": "DataQualityMetricsInputDatasetFacet",
        "inputStatistics": "InputStatisticsInputDatasetFacet",
        "subset": "InputSubsetInputDatasetFacet",
    },
    "output": {
        "outputStatistics": "OutputStatisticsOutputDatasetFacet",
        "subset": "OutputSubsetOutputDatasetFacet",
    },
}
MODULES = [module for module in vars(facet_v2).values() if isinstance(module, ModuleType)]
CLASSES = {
    name: found
    for module in MODULES
    for name, found in vars(module).items()
    if inspect.isclass(found) and issubclass(found, facet_v2.BaseFacet)
    if found.__module__ == module.__name__ and module.__name__.rpartition(".")[2] != "base"
}
EACH = [(kind, key, CLASSES[name]) for kind, some in PLACES.items() for key, name in some.items()]
every_class = pytest.mark.parametrize(
    ("kind", "key", "model"), EACH, ids=[model.__name__ for _, _, model in EACH]
)


def plausible(annotation: Any, name: str, full: bool, inside: tuple[Any, ...] = ()) -> list[Any]:
    """Values of a type, one for each class that it may be."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        some = [one for one in inner if one is not NoneType]
        return [value for one in some for value in plausible(one, name, full, inside)]
    if origin is list:
        return [plausible(inner[0], name, full, inside)]
    if origin is dict:
        return [{"a": value} for value in plausible(inner[1], name, full, inside)]
    if attr.has(annotation):
        return made(annotation, full, inside)
    if origin is Literal or issubclass(annotation, Enum):
        return list(inner or annotation)
    return [GIVEN[annotation] if annotation is not str else TEXTS.get(name, "text")]


def made(model: Any, full: bool, inside: tuple[Any, ...] = ()) -> list[Any]:
    """Instances, with all members or with those only that have to be given."""
    if inside.count(model) > 1:
        return []
    hints = get_type_hints(model)
    fields = [
        field
        for field in attr.fields(model)
        if field.init and field.name not in ("_producer", "_deleted")
        # What is a text by default, such as the `type` of a condition, has to be that one.
        if field.default is attr.NOTHING or (full and not isinstance(field.default, str))
    ]
    each = {
        field.name: plausible(hints[field.name], field.name, full, (*inside, model))
        for field in fields
    }
    return [
        model(**{name: some[n % len(some)] for name, some in each.items() if some})
        for n in range(max(map(len, each.values()), default=1))
    ]


def event(kind: str, facets: dict[str, Any]) -> event_v2.RunEvent:
    """A run event with facets where they belong."""
    here = {one: facets if one == kind else {} for one in PLACES}
    return event_v2.RunEvent(
        eventType=event_v2.RunState.COMPLETE,
        eventTime="2026-03-01T12:00:00+00:00",
        run=event_v2.Run(UUID, facets=here["run"]),
        job=event_v2.Job("shop", "daily", facets=here["job"]),
        inputs=[
            event_v2.InputDataset("lake", "a", facets=here["dataset"], inputFacets=here["input"])
        ],
        outputs=[
            event_v2.OutputDataset("lake", "b", facets=here["dataset"], outputFacets=here["output"])
        ],
    )


def problems(emitted: Any) -> Any:
    return problems_of(Serde.to_json(emitted).encode())


def test_every_class_has_its_place() -> None:
    placed = [name for some in PLACES.values() for name in some.values()]
    assert sorted(placed) == sorted(CLASSES)
    kinds = [kind.rpartition("/")[2] for kind in BAGS]
    assert len(kinds) == len(PLACES)
    for (bag, facets), some in zip(BAGS.items(), PLACES.values(), strict=True):
        assert some.keys() <= facets.known.keys(), bag


@every_class
@pytest.mark.parametrize("full", [True, False], ids=["full", "least"])
def test_every_facet_is_valid(kind: str, key: str, model: Any, full: bool) -> None:
    instances = made(model, full)
    assert instances
    for facet in instances:
        assert problems(event(kind, {key: facet})) == ()


@every_class
def test_what_has_to_be_given_to_the_class_has_to_be_there(kind: str, key: str, model: Any) -> None:
    place = dict(zip(PLACES, BAGS, strict=True))[kind]
    for field in attr.fields(model):
        if field.init and field.default is attr.NOTHING:
            facet = Serde.to_dict(made(model, full=False)[0])
            del facet[field.name]
            whole = Serde.to_dict(event(kind, {key: facet}))
            found = {problem.pointer for problem in problems(whole)}
            assert f"{place}/{key}/{field.name}" in found


def test_events_of_jobs_and_datasets() -> None:
    at = "2026-03-01T12:00:00Z"
    of_job = event_v2.JobEvent(eventTime=at, job=event_v2.Job("shop", "daily"))
    assert problems(of_job) == ()
    dropped = facet_v2.schema_dataset.SchemaDatasetFacet(deleted=True)
    dataset = event_v2.StaticDataset("lake", "a", facets={"schema": dropped})
    assert problems(event_v2.DatasetEvent(eventTime=at, dataset=dataset)) == ()
