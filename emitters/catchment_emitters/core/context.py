"""What a process is part of: `OPENLINEAGE_CONTEXT`, and its older form, read and written."""

import json
import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catchment_emitters.core.events import Job, Parent

CONTEXT = "OPENLINEAGE_CONTEXT"
PARENT_ID = "OPENLINEAGE_PARENT_ID"
ROOT_PARENT_ID = "OPENLINEAGE_ROOT_PARENT_ID"


def parent_from(environ: Mapping[str, str] | None = None) -> Parent | None:
    """The run that started this process, if its environment says so. Never raises.

    `OPENLINEAGE_CONTEXT` is JSON: `{"parent": {"run": {"runId"}, "job": {"namespace", "name"}},
    "root": {...}}`; `OPENLINEAGE_PARENT_ID` is `namespace/name/runId`.
    """
    env = os.environ if environ is None else environ
    try:
        return _from_json(env.get(CONTEXT, "")) or _from_ids(env)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def environment_of(parent: Parent) -> dict[str, str]:
    """What makes a child process, be it dbt, Spark or one of ours, part of this run."""
    own = {"run": {"runId": parent.run_id}, "job": _job(parent.job)}
    root = {"run": {"runId": parent.root_run_id}, "job": _job(parent.root_job)}
    return {
        CONTEXT: json.dumps({"parent": own, "root": root}),
        PARENT_ID: f"{parent.job.namespace}/{parent.job.name}/{parent.run_id}",
        ROOT_PARENT_ID: f"{parent.root_job.namespace}/{parent.root_job.name}/{parent.root_run_id}",
    }


def _from_json(text: str) -> Parent | None:
    if not text:
        return None
    said = json.loads(text)
    parent = said.get("parent") or said
    run_id, job = _link(parent)
    root = said.get("root") or parent.get("root")
    root_id, root_job = _link(root) if root else (run_id, job)
    return Parent(run_id, job, root_id, root_job)


def _link(said: Mapping[str, Any]) -> tuple[str, Job]:
    return str(UUID(said["run"]["runId"])), Job(said["job"]["namespace"], said["job"]["name"])


def _from_ids(env: Mapping[str, str]) -> Parent | None:
    if not env.get(PARENT_ID):
        return None
    run_id, job = _split(env[PARENT_ID])
    root = env.get(ROOT_PARENT_ID)
    root_id, root_job = _split(root) if root else (run_id, job)
    return Parent(run_id, job, root_id, root_job)


def _split(text: str) -> tuple[str, Job]:
    namespace, name, run_id = text.rsplit("/", 2)
    return str(UUID(run_id)), Job(namespace, name)


def _job(job: Job) -> dict[str, str]:
    return {"namespace": job.namespace, "name": job.name}
