"""What things of Dagster are called in OpenLineage. The same from whichever process one looks."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catchment_emitters.core.ids import run_id_of
from catchment_emitters.core.settings import Settings

_MAPPING = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Names:
    """Namespaces of jobs and of datasets, which are never the same."""

    jobs: str
    datasets: str
    ui_url: str | None = None

    def asset(self, key: Any) -> tuple[str, str]:
        """Namespace and name of an asset, by its AssetKey."""
        return self.datasets, "/".join(key.path)

    def pages(self, run_id: str) -> dict[str, str]:
        """Where a run is looked at, by what is seen there."""
        return {"run": f"{self.ui_url}/runs/{run_id}"} if self.ui_url else {}


def names_of(settings: Settings, environ: Mapping[str, str] | None = None) -> Names:
    """By settings, else by the deployment that this process is part of."""
    env = os.environ if environ is None else environ
    deployment = env.get("DAGSTER_CLOUD_DEPLOYMENT_NAME") or "local"
    return Names(
        jobs=settings.namespace or "dagster",
        datasets=settings.dataset_namespace or f"dagster://{deployment}",
        ui_url=(env.get("DAGSTER_UI_URL") or "").rstrip("/") or None,
    )


def step_run_id(run_id: str, step_key: str) -> str:
    """The id of a step's run: another for each mapping key, the same for each attempt."""
    return run_id_of("dagster", run_id, step_key)


def without_mapping(step_key: str) -> str:
    """`fetch[a]` is a run of `fetch`."""
    return _MAPPING.sub("", step_key)


def mapping_of(step_key: str) -> str | None:
    """The mapping key of a step that a dynamic output made."""
    found = _MAPPING.search(step_key)
    return found.group(1) if found else None


def as_planned(step_key: str) -> str:
    """A step of a dynamic output as the plan has it, before there are mapping keys."""
    return _MAPPING.sub("[?]", step_key)
