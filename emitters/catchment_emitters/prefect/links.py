"""Pages about a run: its own in Prefect's UI, its logs, and the link artifacts that it makes."""

import functools
from collections.abc import Callable
from typing import Any

LINKS_MAX = 100
_MARK = "_catchment_links"


def pages(kind: str, run_id: str) -> dict[str, str]:
    """Of a run, if there is a UI. `kind`: "flow-run" or "task-run"."""
    from prefect.settings import PREFECT_UI_URL

    base = PREFECT_UI_URL.value()
    if not base:
        return {}
    page = f"{str(base).rstrip('/')}/runs/{kind}/{run_id}"
    return {"run": page, "logs": f"{page}?tab=Logs"}


def listen_to_links() -> None:
    """Note each link artifact with the run that makes it."""
    from prefect.artifacts import LinkArtifact

    for name in ("create", "acreate"):
        original = getattr(LinkArtifact, name, None)
        if original is not None and not getattr(original, _MARK, False):
            setattr(LinkArtifact, name, _noting(original))


def _noting(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        _note(self)
        return original(self, *args, **kwargs)

    setattr(create, _MARK, True)
    return create


def _note(artifact: Any) -> None:
    from catchment_emitters.core.emitter import emitter
    from catchment_emitters.prefect.runs import current

    try:
        run = current()
        if run is not None and len(run.links) < LINKS_MAX:
            run.links[str(artifact.key or artifact.link_text or "artifact")] = str(artifact.link)
    except Exception as error:
        emitter().warn("a link artifact could not be noted", error)
