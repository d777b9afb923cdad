"""A few events with nearly every facet that the official client has a class for.

A model is trained from features, a scoring run fails, a report says by explicit lineage which of
its two inputs went into which of its two outputs; a job and a dataset are declared. Ids and times
are fixed: whatever the way, the same bytes should arrive.
"""

from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.facet_v2 import (
    catalog_dataset,
    data_quality_assertions_dataset,
    dataset_type_dataset,
    dataset_version_dataset,
    documentation_dataset,
    documentation_job,
    environment_variables_run,
    error_message_run,
    execution_parameters_run,
    external_query_run,
    extraction_error_run,
    hierarchy_dataset,
    input_statistics_input_dataset,
    job_dependencies_run,
    job_type_job,
    lifecycle_state_change_dataset,
    nominal_time_run,
    output_statistics_output_dataset,
    ownership_dataset,
    ownership_job,
    parent_run,
    processing_engine_run,
    source_code_job,
    source_code_location_job,
    sql_job,
    storage_dataset,
    symlinks_dataset,
    tags_dataset,
    tags_job,
    tags_run,
    test_run,
)
from openlineage.client.generated import (
    base_subset_dataset,
    column_lineage_dataset,
    data_quality_metrics_dataset,
    data_quality_metrics_input_dataset,
    datasource_dataset,
    lineage,
    schema_dataset,
)

Event = RunEvent | JobEvent | DatasetEvent

PRODUCER = "https://example.org/shop/training"
JOBS, LAKE, REGISTRY = "training", "s3://lake", "models://registry.example.org"
FLOW = "018e5c00-0000-7000-8000-000000000000"
TRAIN = "018e5c00-0000-7000-8000-000000000001"
SCORE = "018e5c00-0000-7000-8000-000000000002"
REPORT = "018e5c00-0000-7000-8000-000000000003"


def run(run_id: str) -> Run:
    """A run of the nightly flow."""
    flow = parent_run.Job(JOBS, "nightly")
    root = parent_run.Root(parent_run.RootRun(FLOW), parent_run.RootJob(JOBS, "nightly"))
    return Run(
        run_id, facets={"parent": parent_run.ParentRunFacet(parent_run.Run(FLOW), flow, root)}
    )


def train_run() -> Run:
    """With all that can be said of a run that goes well."""
    made = run(TRAIN)
    assert made.facets is not None
    made.facets |= {
        "nominalTime": nominal_time_run.NominalTimeRunFacet(
            "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"
        ),
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet("3.11.7", "python"),
        "environmentVariables": environment_variables_run.EnvironmentVariablesRunFacet(
            [environment_variables_run.EnvironmentVariable("STAGE", "production")]
        ),
        "executionParameters": execution_parameters_run.ExecutionParametersRunFacet(
            [execution_parameters_run.ExecutionParameter("depth", "tree depth", value="6")]
        ),
        "externalQuery": external_query_run.ExternalQueryRunFacet("q-4711", "warehouse"),
        "jobDependencies": job_dependencies_run.JobDependenciesRunFacet(
            upstream=[
                job_dependencies_run.JobDependency(
                    job_dependencies_run.JobIdentifier("shop", "dbt-run-shop"),
                    dependency_type="DIRECT_INVOCATION",
                    sequence_trigger_rule="FINISH_TO_START",
                    status_trigger_rule="EXECUTE_ON_SUCCESS",
                )
            ]
        ),
        "tags": tags_run.TagsRunFacet([tags_run.TagsRunFacetFields("try", "1", "flow")]),
    }
    return made


def train_job() -> Job:
    """With all that can be said of a job."""
    return Job(
        JOBS,
        "train_churn",
        facets={
            "jobType": job_type_job.JobTypeJobFacet("BATCH", "PYTHON", "TRAINING"),
            "documentation": documentation_job.DocumentationJobFacet(
                "Trains the *churn* model.", "text/markdown"
            ),
            "ownership": ownership_job.OwnershipJobFacet(
                [ownership_job.Owner("team:science", "MAINTAINER")]
            ),
            "sourceCode": source_code_job.SourceCodeJobFacet("python", "model.fit(x, y)  # \u2713"),
            "sourceCodeLocation": source_code_location_job.SourceCodeLocationJobFacet(
                "git",
                "https://example.org/shop/training/train.py",
                repoUrl="https://example.org/shop/training.git",
                path="train.py",
                version="4f1c2d3e",
                branch="main",
            ),
            "tags": tags_job.TagsJobFacet([tags_job.TagsJobFacetFields("tier", "1", "shop")]),
        },
    )


def features() -> InputDataset:
    """What is learnt from: a table that a file system knows as a path."""
    metrics = data_quality_metrics_input_dataset
    checks = data_quality_assertions_dataset
    subset = base_subset_dataset
    days = [subset.Partition({"day": "2026-03-01"}), subset.Partition({"day": "2026-03-02"})]
    return InputDataset(
        LAKE,
        "features/customers",
        facets={
            "schema": schema_dataset.SchemaDatasetFacet(columns("customer_id", "orders", "spent")),
            "dataSource": datasource_dataset.DatasourceDatasetFacet("lake", "s3://lake"),
            "version": dataset_version_dataset.DatasetVersionDatasetFacet("17"),
            "storage": storage_dataset.StorageDatasetFacet("iceberg", "parquet"),
            "symlinks": symlinks_dataset.SymlinksDatasetFacet(
                [symlinks_dataset.Identifier("glue://catalog", "shop.customer_features", "TABLE")]
            ),
            "catalog": catalog_dataset.CatalogDatasetFacet(
                "iceberg", "glue", "catalog", warehouseUri="s3://lake"
            ),
            "hierarchy": hierarchy_dataset.HierarchyDatasetFacet(
                [
                    hierarchy_dataset.HierarchyDatasetFacetLevel("DATABASE", "shop"),
                    hierarchy_dataset.HierarchyDatasetFacetLevel("TABLE", "customer_features"),
                ]
            ),
            "datasetType": dataset_type_dataset.DatasetTypeDatasetFacet("TABLE"),
            "dataQualityMetrics": data_quality_metrics_dataset.DataQualityMetricsDatasetFacet(
                {"spent": data_quality_metrics_dataset.ColumnMetrics(nullCount=0, max=99.9)}, 4
            ),
            "tags": tags_dataset.TagsDatasetFacet(
                [
                    tags_dataset.TagsDatasetFacetFields("pii", "true", "shop", "customer_id"),
                    tags_dataset.TagsDatasetFacetFields("tier", "gold"),
                ]
            ),
        },
        inputFacets={
            "dataQualityMetrics": metrics.DataQualityMetricsInputDatasetFacet(
                {"spent": metrics.ColumnMetrics(nullCount=0, quantiles={"0.5": 20.5})}, rowCount=4
            ),
            "dataQualityAssertions": checks.DataQualityAssertionsDatasetFacet(
                [checks.Assertion("not_null", success=True, column="customer_id")]
            ),
            "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
                rowCount=4, size=2048, fileCount=2
            ),
            "subset": subset.InputSubsetInputDatasetFacet(subset.PartitionSubsetCondition(days)),
        },
    )


def model() -> OutputDataset:
    """What was learnt."""
    changes = lifecycle_state_change_dataset
    field = column_lineage_dataset
    how = [field.Transformation("INDIRECT", "AGGREGATION", "a tree's splits", masking=False)]
    read = [field.InputField(LAKE, "features/customers", name, how) for name in ("orders", "spent")]
    return OutputDataset(
        REGISTRY,
        "churn",
        facets={
            "datasetType": dataset_type_dataset.DatasetTypeDatasetFacet("MODEL", "classifier"),
            "schema": schema_dataset.SchemaDatasetFacet(columns("score")),
            "version": dataset_version_dataset.DatasetVersionDatasetFacet("3"),
            "lifecycleStateChange": changes.LifecycleStateChangeDatasetFacet(
                changes.LifecycleStateChange.CREATE
            ),
            "ownership": ownership_dataset.OwnershipDatasetFacet(
                [ownership_dataset.Owner("team:science", "OWNER")]
            ),
            "columnLineage": field.ColumnLineageDatasetFacet({"score": field.Fields(read)}),
        },
        outputFacets={
            "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                size=1_048_576, fileCount=1
            ),
        },
    )


def columns(*names: str) -> list[schema_dataset.SchemaDatasetFacetFields]:
    """One of them nested, so that this occurs."""
    made = [schema_dataset.SchemaDatasetFacetFields(name, "double") for name in names]
    nested = schema_dataset.SchemaDatasetFacetFields("unit", "string", ordinal_position=1)
    made[-1].fields = [nested]
    return made


def explicit() -> Job:
    """A report of two pages: one from the scores alone, one from the features alone."""
    scores = lineage.LineageDatasetInput(LAKE, "scores", "DATASET")
    customers = lineage.LineageDatasetInput(LAKE, "features/customers", "DATASET")
    entries: list[lineage.LineageEntry] = [
        lineage.LineageDatasetEntry(LAKE, "reports/at_risk", "DATASET", inputs=[scores]),
        lineage.LineageDatasetEntry(LAKE, "reports/spending", "DATASET", inputs=[customers]),
    ]
    return Job(JOBS, "report", facets={"lineage": lineage.LineageJobFacet(entries)})


def run_event(
    state: RunState,
    at: str,
    of: Run,
    job: Job,
    inputs: list[InputDataset] | None = None,
    outputs: list[OutputDataset] | None = None,
) -> RunEvent:
    """At a time of the one night that this tells of."""
    return RunEvent(
        eventTime=f"2026-03-03T{at}Z",
        producer=PRODUCER,
        run=of,
        job=job,
        eventType=state,
        inputs=inputs or [],
        outputs=outputs or [],
    )


def all_events() -> list[Event]:
    """In the order in which they happened."""
    learnt, scores = InputDataset(REGISTRY, "churn"), OutputDataset(LAKE, "scores")
    failed = run(SCORE)
    assert failed.facets is not None
    failed.facets |= {
        "errorMessage": error_message_run.ErrorMessageRunFacet(
            "no rows", "PYTHON", "Traceback (most recent call last):\n  no rows"
        ),
        "extractionError": extraction_error_run.ExtractionErrorRunFacet(
            2, 1, [extraction_error_run.Error("cannot parse", task="select", taskNumber=1)]
        ),
    }
    tested = train_run()
    assert tested.facets is not None
    tested.facets["test"] = test_run.TestRunFacet(
        [test_run.TestExecution("auc above 0.7", "pass", "error", "metric", expected="0.7")]
    )
    reads = [InputDataset(LAKE, "scores"), InputDataset(LAKE, "features/customers")]
    pages = [OutputDataset(LAKE, "reports/at_risk"), OutputDataset(LAKE, "reports/spending")]
    query = sql_job.SQLJobFacet("select * from features where churn(features) > 0.5", "spark")
    score = Job(JOBS, "score", facets={"sql": query})
    said = documentation_dataset.DocumentationDatasetFacet("How likely each customer leaves.")
    return [
        run_event(RunState.START, "01:00:00.000", train_run(), train_job()),
        run_event(RunState.RUNNING, "01:05:00.250", run(TRAIN), train_job(), inputs=[features()]),
        run_event(RunState.COMPLETE, "01:10:00.5", tested, train_job(), outputs=[model()]),
        run_event(RunState.START, "02:00:00", run(SCORE), score, inputs=[learnt], outputs=[scores]),
        run_event(RunState.FAIL, "02:01:00", failed, score),
        run_event(RunState.START, "03:00:00", run(REPORT), Job(JOBS, "report"), inputs=reads),
        run_event(RunState.COMPLETE, "03:01:00", run(REPORT), explicit(), outputs=pages),
        JobEvent(
            eventTime="2026-03-03T04:00:00Z",
            producer=PRODUCER,
            job=Job(JOBS, "archive"),
            inputs=[InputDataset(LAKE, "scores")],
            outputs=[OutputDataset(LAKE, "archive/scores")],
        ),
        DatasetEvent(
            eventTime="2026-03-03T04:00:00Z",
            producer=PRODUCER,
            dataset=StaticDataset(LAKE, "scores", facets={"documentation": said}),
        ),
    ]
