"""Asset checks: what was tested of a dataset, and what came of it."""

from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.events import Dataset
from catchment_emitters.core.facets import Facet
from catchment_emitters.dagster.datasets import subset
from catchment_emitters.dagster.metadata import plain
from catchment_emitters.dagster.names import Names

_COLUMN = ("dagster/column", "column", "column_name")


def assertion(check: Any) -> dict[str, Any]:
    """An AssetCheckEvaluation as an assertion about a dataset."""
    column = next((plain(check.metadata[one]) for one in _COLUMN if one in check.metadata), None)
    said = {
        "column": column if isinstance(column, str) else None,
        "severity": check.severity.value.lower(),
        "description": check.description,
        "expected": _text(check, "expected"),
        "actual": _text(check, "actual"),
    }
    return {
        "assertion": check.check_name,
        "success": check.passed,
        **{name: value for name, value in said.items() if value},
    }


def checked(check: Any, names: Names, version: Facet | None) -> Dataset:
    """The dataset as the check read it. `version`: where the step itself wrote it before."""
    more = facets.bag(dataQualityAssertions=facets.assertions([assertion(check)]))
    if check.partition is not None:
        more["subset"] = subset("Input", {str(check.partition): {}})
    return Dataset(*names.asset(check.asset_key), facets.bag(version=version), more)


def also(before: Dataset, later: Dataset) -> Dataset:
    """One more check of a dataset in the same run."""
    both = before.merged(later)
    results = [
        one
        for dataset in (before, later)
        for one in dataset.io_facets.get("dataQualityAssertions", {}).get("assertions", [])
    ]
    io_facets = both.io_facets | facets.bag(dataQualityAssertions=facets.assertions(results))
    return Dataset(both.namespace, both.name, both.facets, io_facets)


def test(check: Any) -> dict[str, Any]:
    """The same as a test that a run made."""
    said = assertion(check)
    name = f"{'/'.join(check.asset_key.path)}.{said.pop('assertion')}"
    status = "pass" if said.pop("success") else "fail"
    said.pop("column", None)
    severity = "warn" if said.pop("severity") == "warn" else "error"
    return {"name": name, "status": status, "severity": severity, **said}


def tests_facet(tests: list[dict[str, Any]]) -> Facet | None:
    """The facet `test` of a run."""
    return facets.facet("1-0-1", "TestRunFacet", tests=tests) if tests else None


def _text(check: Any, name: str) -> str | None:
    value = plain(check.metadata.get(name))
    return None if value is None else str(value)[:1_000]
