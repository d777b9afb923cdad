"""`provenance` and `models`: which run made what, from which code and data, drawn as trees."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from catchment.cli.asking import ask_json
from catchment.cli.say import answer, answer_json, printable, remark

_LINE_CHARS_MAX = 100_000
_COMMIT_CHARS = 12
_DIRECTIONS = ("upstream", "downstream")
_TITLES = {"upstream": "comes from", "downstream": "goes into"}

Json = Mapping[str, Any]


def run_provenance(
    node: str, direction: str, depth: int, as_of: str | None, *, as_json: bool
) -> None:
    """Ask and draw."""
    if direction not in _DIRECTIONS:
        raise typer.BadParameter(f"direction is one of {', '.join(_DIRECTIONS)}.")
    asked = {"nodeId": node, "direction": direction, "depth": depth, "asOf": as_of}
    found = ask_json("/api/v1/provenance", asked)
    if as_json:
        answer_json(found)
        return
    _console().print(draw(found, direction))
    if found["truncated"]:
        rest = ", ".join(printable(one) for one in found["frontier"][:3])
        remark(f"Cut at a bound of the server; go on from {rest} ...")


def draw(found: Json, direction: str) -> Tree:
    """A tree from what was asked for; what stands above already is not drawn again."""
    nodes = {one["id"]: one for one in found["nodes"]}
    near, far = ("destination", "origin") if direction == "upstream" else ("origin", "destination")
    edges: dict[str, list[Json]] = {}
    for edge in found["edges"]:
        edges.setdefault(edge[near], []).append(edge)
    # What was asked for stands first, under its own id.
    focus = found["nodes"][0]["id"]
    root = Tree(Text.assemble(_label(nodes[focus]), (f"  {_TITLES[direction]}", "dim")))
    if focus not in edges:
        root.add(Text("nothing that is known", "dim"))
    drawn = {focus}
    # A stack instead of recursion: a provenance may be deeper than Python's own.
    todo = [(root, focus)]
    while todo:
        branch, node_id = todo.pop()
        for edge in edges.get(node_id, ()):
            end = edge[far]
            label = _label(nodes[end])
            for mark in _marks(edge, nodes[end], again=end in drawn):
                label.append(f"  {mark}", "yellow")
            child = branch.add(label)
            if end not in drawn:
                drawn.add(end)
                todo.append((child, end))
    return root


def _marks(edge: Json, node: Json, *, again: bool) -> list[str]:
    marks = []
    if edge["binding"] == "unconfirmed" or node["data"].get("confirmed") is False:
        marks.append("(unconfirmed)")
    elif edge["binding"]:
        marks.append(f"({edge['binding']})")
    if edge["skew"]:
        marks.append("(skew: another version was confirmed while it was read)")
    if again:
        marks.append("(see elsewhere)")
    return marks


def _label(node: Json) -> Text:
    data = node["data"]
    if node["type"] == "RUN":
        job = printable(f"{data['job']['namespace']}  {data['job']['name']}")
        label = Text.assemble(("run", "bold cyan"), " ", job)
        label.append(f"  {data['state']} {data['startedAt'] or ''}".rstrip(), "dim")
        label.append(printable(_code(data["code"])), "dim")
        return label
    version = "" if data["version"] is None else f"  #{data['version']}"
    kind = "model" if data["type"] == "MODEL" else "dataset"
    name = printable(f"{data['namespace']}  {data['name']}{version}")
    return Text.assemble((kind, "bold green"), " ", name)


def _code(code: Json | None) -> str:
    if code is None:
        return ""
    where = code["path"] or code["repoUrl"] or "code"
    commit = code["commit"]
    at = f"@{commit[:_COMMIT_CHARS]}" if commit else ""
    return f"  {where}{at}{' (dirty)' if code['dirty'] else ''}"


def run_models(namespace: str | None, name: str | None, limit: int, *, as_json: bool) -> None:
    """All models, or the versions of one."""
    path = "/api/v1/models"
    asked: dict[str, Any] = {"limit": limit}
    if name is not None:
        path += f"/{quote(namespace or '', safe='')}/{quote(name, safe='')}"
    elif namespace is not None:
        asked["namespace"] = namespace
    found = ask_json(path, asked)
    if as_json:
        answer_json(found)
    elif name is None:
        for one in found["models"]:
            version = one["latestVersion"] or "(no confirmed version)"
            answer(printable(f"{one['namespace']}  {one['name']}  {version}"))
        _more(found, "models")
    else:
        _console().print(_draw_model(found))
        _more(found, "versions")


def _more(found: Json, of: str) -> None:
    shown, total = len(found[of]), found["totalCount"]
    if not total:
        remark("No dataset says that it is a model (its datasetType is MODEL).")
    elif shown < total:
        remark(f"{shown} of {total}: there are more, say --limit.")


def _draw_model(found: Json) -> Tree:
    root = Tree(
        Text.assemble(
            ("model", "bold green"), " ", printable(f"{found['namespace']}  {found['name']}")
        )
    )
    for one in found["versions"]:
        label = Text.assemble((printable(f"#{one['version']}"), "bold"), f"  {one['createdAt']}")
        if not one["confirmed"]:
            label.append("  (unconfirmed)", "yellow")
        branch = root.add(label)
        if one["run"] is None:
            branch.add(Text("by a run of a namespace that is not yours", "dim"))
            continue
        job = f"{one['job']['namespace']}  {one['job']['name']}"
        run = Text.assemble(("run", "bold cyan"), " ", printable(job), f"  {one['run']}")
        branch.add(run.append(printable(_code(one["code"])), "dim"))
        for of, key in (("parameters", "key"), ("metrics", "name")):
            if one[of]:
                pairs = ", ".join(f"{pair[key]}={pair['value']}" for pair in one[of])
                branch.add(Text(printable(f"{of}: {pairs}")))
        for read in one["inputs"]:
            version = "" if read["version"] is None else f"  #{read['version']}"
            name = printable(f"{read['namespace']}  {read['name']}{version}")
            line = Text.assemble(("dataset", "bold green"), " ", name)
            branch.add(line.append(f"  ({read['binding']})", "yellow"))
    return root


def _console() -> Console:
    # A tree is cropped to the width that it is given: names are never cut, terminals wrap lines.
    return Console(width=_LINE_CHARS_MAX, highlight=False)
