"""Which code a run ran: `sourceCodeLocation` of its job, and what a `git` facet adds to it."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from catchment.events.facets.cache import view
from catchment.events.facets.reading import text
from catchment.events.model import Facet

_LINE = re.compile(r"#L(\d{1,9})(?:-L?\d+)?$")
_MEMBERS = ("repoUrl", "commit", "path", "line", "dirty")


class Code(NamedTuple):
    """None of a member: no facet says. `commit` is the version; `dirty`: it was not all of it."""

    repo_url: str | None
    commit: str | None
    path: str | None
    line: int | None
    dirty: bool | None


def read_code(facets: Iterable[Facet]) -> Code | None:
    """What these facets of a job and its run say; None if none of them speaks of code."""
    told = {facet.name: facet for facet in facets if facet.name in ("sourceCodeLocation", "git")}
    if not told:
        return None
    said = dict.fromkeys(_MEMBERS, None) | _located(told.get("sourceCodeLocation"))
    git = view(told["git"]) if "git" in told else {}
    for name in _MEMBERS:
        if said[name] is None:
            said[name] = _plain(name, git.get(name))
    return Code(*[said[name] for name in _MEMBERS])


def _located(facet: Facet | None) -> dict[str, object]:
    if facet is None:
        return {}
    members = view(facet)
    url, path = text(members.get("url")), text(members.get("path"))
    line = _LINE.search(path) or _LINE.search(url)
    return {
        "repoUrl": text(members.get("repoUrl")) or url or None,
        "commit": text(members.get("version")) or None,
        "path": _LINE.sub("", path) or None,
        "line": _plain("line", members.get("line")) or (int(line[1]) if line else None),
        "dirty": _plain("dirty", members.get("dirty")),
    }


def _plain(name: str, value: object) -> object:
    """The value, if it is of the kind that the member has."""
    if name == "dirty":
        return value if isinstance(value, bool) else None
    if name == "line":
        return value if type(value) is int and 0 < value < 2**31 else None
    return text(value) or None
