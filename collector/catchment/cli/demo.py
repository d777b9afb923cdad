"""`demo`: run it, and say what to ask, as it can be typed or pasted."""

import os
import shlex
import shutil
import sys
from pathlib import Path

import uvloop

from catchment.app.demo import demo
from catchment.cli.asking import DEFAULT_URL
from catchment.cli.serving import answer_ready
from catchment.settings import Settings

_REPORT = "dataset:postgres://warehouse.example.org:5432:dwh.reports.customers_at_risk"
_CHURN = "dataset:models://registry.example.org:churn"
_NIGHTS = "/api/v1/namespaces/airflow/jobs/shop_nightly/runs"
_MODEL = "/api/v1/namespaces/models%3A%2F%2Fregistry.example.org/datasets/churn/versions"


def run_demo(settings: Settings) -> None:
    """Serve the example estate until a signal."""
    uvloop.run(demo(settings, _announce))


def _announce(url: str) -> None:
    answer_ready(url)
    print("\n".join(_suggestions(url)), flush=True)  # noqa: T201 - this is the answer


def _suggestions(url: str) -> list[str]:
    ask = f"{_command(url)} lineage {shlex.quote(_REPORT)} --direction upstream"
    made = f"{_command(url)} provenance {shlex.quote(_CHURN)}"
    return [
        "It holds the last five nights of a shop: tables, clicks, features, a model, two reports.",
        "Ask it from a second terminal; addresses may be opened in a browser as well.",
        "",
        "  Where does a report come from?",
        f"    {ask}",
        "  Which run made the latest model, from which code and versions of which data?",
        f"    {made}",
        "  Which of the nights failed?",
        f"    curl {shlex.quote(url + _NIGHTS)}",
        "  Which run made which version of the model?",
        f"    curl {shlex.quote(url + _MODEL)}",
        "",
        "Ctrl+C ends it and removes what it holds.",
    ]


def _command(url: str) -> str:
    """How to call this program from a shell, so that it asks the demo."""
    name = "catchment"
    if shutil.which(name) is None:
        begun = Path(sys.argv[0])
        by_name = begun.name == name and os.access(begun, os.X_OK)
        name = shlex.quote(str(begun)) if by_name else f"{shlex.quote(sys.executable)} -m {name}"
    elsewhere = url != (os.environ.get("CATCHMENT_URL") or DEFAULT_URL)
    return f"CATCHMENT_URL={url} {name}" if elsewhere else name
