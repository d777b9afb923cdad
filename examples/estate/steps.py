"""The jobs of a night: what each reads and writes, and which column comes from which."""

from dataclasses import dataclass, field

IDENTITY, AGGREGATION, JOIN, FILTER = (
    ("DIRECT", "IDENTITY"),
    ("DIRECT", "AGGREGATION"),
    ("INDIRECT", "JOIN"),
    ("INDIRECT", "FILTER"),
)
Origins = tuple[tuple[str, str, tuple[str, str]], ...]
Mapping = dict[str, Origins]


@dataclass(frozen=True)
class Step:
    """A job that runs once a night, `minute`s after it began, for so many seconds.

    `columns` says `output column: ((input, column, how), ...)`; `rows` which input columns decide
    about the output's rows; an output column without a mapping comes from one of the same name.
    """

    system: str
    namespace: str
    name: str
    task: str  # of the Airflow DAG, under which it runs
    minute: int
    seconds: int
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    query: str = ""
    columns: Mapping = field(default_factory=dict)
    rows: Origins = ()
    explicit: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _copy(name: str, minute: int) -> Step:
    return Step(
        system="airflow",
        namespace="airflow",
        name=f"shop_nightly.load_{name}",
        task=f"load_{name}",
        minute=minute,
        seconds=70,
        reads=(name,),
        writes=(f"raw_{name}",),
        query=f"select * from public.{name}",
    )


def _model(
    name: str,
    minute: int,
    reads: tuple[str, ...],
    query: str,
    columns: Mapping | None = None,
    rows: Origins = (),
) -> Step:
    folder = "features" if name.endswith("features") else "staging"
    return Step(
        "dbt",
        "dbt",
        f"dwh.{folder}.shop.{name}",
        "dbt",
        minute,
        9,
        reads,
        (name,),
        query,
        columns or {},
        rows,
    )


STEPS = (
    _copy("customers", 1),
    _copy("orders", 2),
    _model(
        "stg_customers",
        11,
        ("raw_customers",),
        "select customer_id, signed_up from raw.customers",
    ),
    _model(
        "stg_orders",
        12,
        ("raw_orders",),
        "select * from raw.orders where amount > 0",
        rows=(("raw_orders", "amount", FILTER),),
    ),
    _model(
        "customer_features",
        13,
        ("stg_customers", "stg_orders"),
        "select customer_id, count(order_id) as orders, sum(amount) as spent"
        " from staging.stg_customers left join staging.stg_orders using (customer_id) group by 1",
        columns={
            "customer_id": (("stg_customers", "customer_id", IDENTITY),),
            "orders": (("stg_orders", "order_id", AGGREGATION),),
            "spent": (("stg_orders", "amount", AGGREGATION),),
            "countries": (("stg_orders", "country", AGGREGATION),),
        },
        rows=(("stg_orders", "customer_id", JOIN),),
    ),
    Step(
        system="spark",
        namespace="spark",
        name="click_features.execute_insert_into_hadoop_fs_relation_command.features_clicks",
        task="clicks",
        minute=15,
        seconds=400,
        reads=("raw_clicks",),
        writes=("click_features",),
        columns={
            "visits": (("raw_clicks", "url", AGGREGATION),),
            "last_visit": (("raw_clicks", "at", AGGREGATION),),
        },
    ),
    Step(
        system="training",
        namespace="science",
        name="train_churn",
        task="train",
        minute=30,
        seconds=1_500,
        reads=("customer_features", "click_features"),
        writes=("churn",),
        columns={
            "score": (
                ("customer_features", "orders", ("INDIRECT", "AGGREGATION")),
                ("customer_features", "spent", ("INDIRECT", "AGGREGATION")),
                ("customer_features", "countries", ("INDIRECT", "AGGREGATION")),
                ("click_features", "visits", ("INDIRECT", "AGGREGATION")),
            )
        },
    ),
    Step(
        system="training",
        namespace="science",
        name="score_customers",
        task="score",
        minute=60,
        seconds=120,
        reads=("churn", "customer_features", "click_features"),
        writes=("scores",),
        columns={
            "customer_id": (("customer_features", "customer_id", IDENTITY),),
            "score": (("churn", "score", ("DIRECT", "TRANSFORMATION")),),
        },
    ),
    Step(
        system="reports",
        namespace="reports",
        name="morning",
        task="report",
        minute=75,
        seconds=30,
        reads=("scores", "stg_orders"),
        writes=("at_risk", "revenue"),
        explicit={"at_risk": ("scores",), "revenue": ("stg_orders",)},
    ),
)
