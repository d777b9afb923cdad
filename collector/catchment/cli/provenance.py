"""`provenance` and `models`: which run made what, from which code and data, drawn as trees."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import typer
from rich.text import Text
from rich.tree import Tree

from catchment.cli.asking import ask_json
from catchment.cli.say import answer, answer_json, printable, remark
from catchment.cli.trees import TITLES, Branch, grow, say_if_cut, show

_COMMIT_CHARS = 12

Json = Mapping[str, Any]


def run_provenance(
    node: str,
    direction: str,
    depth: int,
    as_of: str | None,
    known_at: str | None,
    *,
    as_json: bool,
) -> None:
    """Ask and draw."""
    if direction not in TITLES:
        raise typer.BadParameter(f"direction is one of {', '.join(TITLES)}.")
    asked = {"nodeId": node, "direction": direction, "depth": depth}
    asked |= {"asOf": as_of, "knownAt": known_at}
    found = ask_json("/api/v1/provenance", asked)
    if as_json:
        answer_json(found)
        return
    show(draw(found, direction))
    say_if_cut(found)


def draw(found: Json, direction: str) -> Tree:
    """A tree from what was asked for, which stands first, under its own id."""
    nodes = {one["id"]: one for one in found["nodes"]}
    near, far = ("destination", "origin") if direction == "upstream" else ("origin", "destination")
    edges: dict[str, list[Json]] = {}
    for edge in found["edges"]:
        edges.setdefault(edge[near], []).append(edge)

    def branches(node_id: str) -> Iterator[Branch]:
        for edge in edges.get(node_id, ()):
            end = nodes[edge[far]]
            yield Branch(end["id"], _label(end), _marks(edge, end))

    focus = found["nodes"][0]
    return grow(_label(focus), focus["id"], direction, branches)


def _marks(edge: Json, node: Json) -> list[str]:
    marks = []
    if edge["binding"] == "unconfirmed" or node["data"].get("confirmed") is False:
        marks.append("(unconfirmed)")
    elif edge["binding"]:
        marks.append(f"({edge['binding']})")
    if edge["skew"]:
        marks.append("(skew: another version was confirmed about when it was read)")
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
        show(_draw_model(found))
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
