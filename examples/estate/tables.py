"""The datasets of the shop: where they lie, their columns and since when, and whose they are."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

FACETS = "https://openlineage.io/spec/facets"
PRODUCER = "https://example.org/shop"

COUNTRY_SINCE = 3  # the night from which orders have one


@dataclass(frozen=True)
class Table:
    """A dataset; a column is `name type` or `name type @night` since when it is there."""

    namespace: str
    name: str
    columns: tuple[str, ...]
    description: str
    owner: str
    kind: str = "TABLE"


SHOP, WAREHOUSE = "postgres://shop.example.org:5432", "postgres://warehouse.example.org:5432"
LAKE, STREAM = "s3://shop-lake", "kafka://stream.example.org:9092"
REGISTRY = "models://registry.example.org"

ORDER = ("order_id bigint", "customer_id bigint", "ordered_at date", "amount numeric")
COUNTRY = f"country text @{COUNTRY_SINCE}"
CUSTOMER = ("customer_id bigint", "name text", "signed_up date")

TABLES = {
    "customers": Table(
        SHOP, "shop.public.customers", CUSTOMER, "Everybody who signed up.", "team:shop"
    ),
    "orders": Table(
        SHOP, "shop.public.orders", (*ORDER, COUNTRY), "One row for each order.", "team:shop"
    ),
    "clicks": Table(
        STREAM,
        "clicks",
        ("customer_id long", "url string", "at timestamp"),
        "What is clicked in the shop, as it happens.",
        "team:web",
        "TOPIC",
    ),
    "raw_customers": Table(
        WAREHOUSE, "dwh.raw.customers", CUSTOMER, "Customers, copied nightly.", "team:data"
    ),
    "raw_orders": Table(
        WAREHOUSE, "dwh.raw.orders", (*ORDER, COUNTRY), "Orders, copied nightly.", "team:data"
    ),
    "raw_clicks": Table(
        LAKE,
        "raw/clicks",
        ("customer_id long", "url string", "at timestamp"),
        "All clicks.",
        "team:data",
        "FILE",
    ),
    "stg_customers": Table(
        WAREHOUSE,
        "dwh.staging.stg_customers",
        ("customer_id bigint", "signed_up date"),
        "Customers without their names.",
        "team:data",
        "VIEW",
    ),
    "stg_orders": Table(
        WAREHOUSE,
        "dwh.staging.stg_orders",
        (*ORDER, COUNTRY),
        "Orders that were paid.",
        "team:data",
        "VIEW",
    ),
    "customer_features": Table(
        WAREHOUSE,
        "dwh.features.customer_features",
        (
            "customer_id bigint",
            "orders bigint",
            "spent numeric",
            f"countries bigint @{COUNTRY_SINCE}",
        ),
        "What we know of each customer from their orders.",
        "team:science",
    ),
    "click_features": Table(
        LAKE,
        "features/clicks",
        ("customer_id long", "visits long", "last_visit timestamp"),
        "What we know of each customer from their clicks.",
        "team:science",
        "FILE",
    ),
    "churn": Table(
        REGISTRY,
        "churn",
        ("score double",),
        "How likely a customer is to leave within a month.",
        "team:science",
        "MODEL",
    ),
    "scores": Table(
        WAREHOUSE,
        "dwh.scores.churn",
        ("customer_id bigint", "score double"),
        "Last night's churn score of each customer.",
        "team:science",
    ),
    "at_risk": Table(
        WAREHOUSE,
        "dwh.reports.customers_at_risk",
        ("customer_id bigint", "score double"),
        "Whom to call today.",
        "team:sales",
    ),
    "revenue": Table(
        WAREHOUSE,
        "dwh.reports.revenue",
        ("ordered_at date", "amount numeric", COUNTRY),
        "What came in, by day.",
        "team:finance",
    ),
}


def facet(system: str, schema: str, **members: Any) -> Json:
    """A standard facet: `schema` is its version and class."""
    url = f"{FACETS}/{schema}.json#/$defs/{schema.partition('/')[2]}"
    return {"_producer": f"{PRODUCER}/{system}", "_schemaURL": url, **members}


def columns(key: str, night: int) -> dict[str, str]:
    """The columns of a table in a night, with their types."""
    found = {}
    for said in TABLES[key].columns:
        column, _, since = said.partition(" @")
        if night >= int(since or 0):
            name, _, kind = column.partition(" ")
            found[name] = kind
    return found


def dataset(system: str, key: str, night: int, **more: Json) -> Json:
    """As an event names it."""
    table = TABLES[key]
    fields = [{"name": name, "type": kind} for name, kind in columns(key, night).items()]
    facets = {
        "schema": facet(system, "1-2-0/SchemaDatasetFacet", fields=fields),
        "datasetType": facet(system, "1-0-1/DatasetTypeDatasetFacet", datasetType=table.kind),
        **more,
    }
    return {"namespace": table.namespace, "name": table.name, "facets": facets}


def described(key: str) -> Json:
    """What its owners say of it."""
    table = TABLES[key]
    said: Json = {
        "documentation": facet(
            "catalog", "1-1-0/DocumentationDatasetFacet", description=table.description
        ),
        "ownership": facet(
            "catalog",
            "1-0-1/OwnershipDatasetFacet",
            owners=[{"name": table.owner, "type": "OWNER"}],
        ),
    }
    if "name" in columns(key, 0):
        tag = {"key": "pii", "value": "true", "source": "catalog", "field": "name"}
        said["tags"] = facet("catalog", "1-0-0/TagsDatasetFacet", tags=[tag])
    return {"namespace": table.namespace, "name": table.name, "facets": said}
