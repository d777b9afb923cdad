"""The shape of Spark: an application, under it a run for each action, both talkative.

Quirks: several STARTs and two COMPLETEs of one run; datasets come with later events; the job's name
is application, command and output table; facets with `.` and `-` in their names, pointing at no
schema of their own; nine digits of a second; symlinks to the tables of a catalog; column lineage
whose `dataset` (filters, joins) names a table that `inputs` leaves out, and is therefore the only
trace of it; an output by a path of the day beside the table; no `root` in `parent`.
"""

from typing import Any

from tests.recorded.written.shapes import (
    LAKE,
    Json,
    bare,
    dataset,
    event,
    facet,
    job_type,
    parent,
    schema,
)

NAMESPACE, APPLICATION = "spark", "shop_features"
APPLICATION_RUN = "01900000-0000-7000-8000-00000000b001"
ACTION_RUN = "01900000-0000-7000-8000-00000000b002"
ACTION = f"{APPLICATION}.execute_insert_into_hadoop_fs_relation_command.features_customers"


def _application() -> tuple[Json, Json]:
    properties = {"spark.app.name": APPLICATION, "spark.master": "yarn"}
    run = {"runId": APPLICATION_RUN, "facets": {"spark_properties": bare(properties=properties)}}
    return run, {
        "namespace": NAMESPACE,
        "name": APPLICATION,
        "facets": {"jobType": job_type("SPARK", "APPLICATION")},
    }


def _action(kind: str = "SQL_JOB") -> tuple[Json, Json]:
    plan = [{"class": "org.apache.spark.sql.catalyst.plans.logical.Join", "num-children": 2}]
    facets = {
        "parent": parent(APPLICATION_RUN, NAMESPACE, APPLICATION),
        "spark.logicalPlan": bare(plan=plan),
        "environment-properties": bare(**{"environment-properties": {}}),
        "spark_jobDetails": bare(jobId=0, jobCallSite="save at Features.scala:41"),
    }
    return {"runId": ACTION_RUN, "facets": facets}, {
        "namespace": NAMESPACE,
        "name": ACTION,
        "facets": {"jobType": job_type("SPARK", kind)},
    }


def _read(name: str, *columns: str) -> Json:
    links = [{"namespace": "hive://metastore.example.org:9083", "name": f"shop.{name}"}]
    identifiers = [{**link, "type": "TABLE"} for link in links]
    symlinks = facet("1-0-1/SymlinksDatasetFacet", identifiers=identifiers)
    source = facet("1-0-1/DatasourceDatasetFacet", name=LAKE, uri=LAKE)
    return dataset(
        LAKE, f"raw/{name}", schema=schema(*columns), symlinks=symlinks, dataSource=source
    )


def _field(name: str, field: str, **how: Any) -> Json:
    transformation = {"description": "", "masking": False, **how}
    return {
        "namespace": LAKE,
        "name": f"raw/{name}",
        "field": field,
        "transformations": [transformation],
    }


def _written() -> Json:
    direct, summed = ({"type": "DIRECT", "subtype": way} for way in ("IDENTITY", "AGGREGATION"))
    columns = facet(
        "1-2-0/ColumnLineageDatasetFacet",
        fields={
            "customer_id": {"inputFields": [_field("orders", "customer_id", **direct)]},
            "spent": {"inputFields": [_field("orders", "amount", **summed)]},
            "clicks": {"inputFields": [_field("clicks", "url", **summed)]},
        },
        dataset=[
            _field("orders", "customer_id", type="INDIRECT", subtype="JOIN"),
            _field("blocked", "customer_id", type="INDIRECT", subtype="FILTER"),
        ],
    )
    change = facet("1-0-1/LifecycleStateChangeDatasetFacet", lifecycleStateChange="OVERWRITE")
    made = dataset(
        LAKE,
        "features/customers",
        schema=schema("customer_id", "spent", "clicks"),
        columnLineage=columns,
        lifecycleStateChange=change,
    )
    statistics = facet("1-0-2/OutputStatisticsOutputDatasetFacet", rowCount=4, size=913)
    return made | {"outputFacets": {"outputStatistics": statistics}}


def events() -> list[Json]:
    """In the order of arrival."""
    read = [_read("orders", "order_id", "customer_id", "amount"), _read("clicks", "url")]
    day = "2026-03-03T"
    return [
        event("START", f"{day}01:00:00.000000001Z", *_application()),
        event("START", f"{day}01:00:04.123456789Z", *_action()),
        event("START", f"{day}01:00:04.5Z", *_action(), read[:1]),
        event("START", f"{day}01:00:04.987654321Z", *_action("RDD_JOB"), read),
        event("RUNNING", f"{day}01:00:07Z", *_action(), [], []),
        event("START", f"{day}01:00:08.000Z", *_action(), read[:1], [_written()]),
        event("RUNNING", f"{day}01:00:09Z", *_application()),
        event("COMPLETE", f"{day}01:00:20.111111111Z", *_action(), read, [_written()]),
        event("COMPLETE", f"{day}01:00:20.222222222Z", *_action("RDD_JOB")),
        event("COMPLETE", f"{day}01:00:21.000000000Z", *_application()),
    ]
