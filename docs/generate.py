"""Write the pages of docs/reference/ that follow from the code.

Settings, metrics, commands and facets.

`make reference` writes them; a test fails if they are not what this would write.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, get_args, get_origin, get_type_hints

import click
import typer
from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from catchment.cli.main import app
from catchment.events.strict import kinds
from catchment.events.strict.one_facet import BAGS, FACET_BYTES_MAX
from catchment.settings import Settings
from catchment.telemetry import metrics

FOLDER = Path(__file__).parent / "reference"
GENERATED = "<!-- Written by docs/generate.py: change the code, then `make reference`. -->"
UNITS = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


def pages() -> dict[str, str]:
    """File name -> what it has to hold."""
    return {
        name: "\n".join([*lines, ""])
        for name, lines in (
            ("settings.md", settings()),
            ("metrics.md", figures()),
            ("commands.md", commands()),
            ("facets.md", facets()),
        )
    }


def settings() -> Iterator[str]:
    yield from ("# Settings", "", GENERATED, "")
    yield "Environment variables, or the same names (or without the prefix, in lower case) in a"
    yield "TOML file named by `CATCHMENT_CONFIG`. The command line wins over the environment, which"
    yield "wins over the file. All problems are reported at once, when it starts."
    yield from ("", "| setting | default | means |", "|---|---|---|")
    for name, field in Settings.model_fields.items():
        says = " ".join((field.description or "").split())
        yield f"| `CATCHMENT_{name.upper()}` | {_default(name, field)} | {says} |"


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "`~/.local/share/catchment`; as root `/var/lib/catchment`"
    if name == "auth":
        return "`none` on loopback"
    value: Any = field.default
    if value is None or value == () or isinstance(value, SecretStr):
        return ""
    if name.endswith("_bytes_max"):
        size, unit = next((value // size, unit) for size, unit in UNITS if value % size == 0)
        return f"{size} {unit}"
    return f"{value:,}" if isinstance(value, int) and name != "port" else f"`{value}`"


def figures() -> Iterator[str]:
    yield from ("# Metrics", "", GENERATED, "")
    yield "What `/metrics` shows beside the process's own (`process_*`, `python_info`)."
    yield from ("", "| metric | kind | labels | means |", "|---|---|---|---|")
    for attribute, metric in vars(metrics).items():
        if attribute.startswith("_") or not isinstance(metric, MetricWrapperBase):
            continue
        family = next(iter(metric.collect()))
        name = f"{family.name}_total" if isinstance(metric, Counter) else family.name
        kind = "histogram" if isinstance(metric, Histogram) else family.type
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001
        yield f"| `{name}` | {kind} | {labels} | {family.documentation} |"


def commands() -> Iterator[str]:
    yield from ("# Commands", "", GENERATED, "")
    yield "Exit codes: 0 fine, 1 failed, 2 used wrongly. Commands that ask a server find it in"
    yield "`CATCHMENT_URL` (default `http://127.0.0.1:8765`) and show it `CATCHMENT_API_KEY`."
    yield from _command("catchment", typer.main.get_command(app))


def _command(path: str, command: Any) -> Iterator[str]:
    members = getattr(command, "commands", None)
    if members is not None:
        for name, member in members.items():
            yield from _command(f"{path} {name}", member)
        return
    usage = " ".join(command.collect_usage_pieces(click.Context(command)))
    yield from ("", f"## `{path} {usage}`", "", command.help or "")
    options = [param for param in command.params if getattr(param, "help", None)]
    if options:
        yield from ("", "| option | means |", "|---|---|")
        for option in options:
            names = ", ".join(f"`{name}`" for name in option.opts)
            yield f"| {names} | {option.help} |"


_ENTITIES = {
    "run": "of runs (`run.facets`)",
    "job": "of jobs (`job.facets`)",
    "dataset": "of datasets (`facets` of an input, an output or a dataset)",
    "input": "of one read (`inputFacets`)",
    "output": "of one write (`outputFacets`)",
}
_VERSION = re.compile(r" \(([0-9x-]+)\)")
_KINDS = (
    (kinds.Uri, "URI"),
    (kinds.Uuid, "UUID"),
    (kinds.DateTime, "date-time"),
    (kinds.Integer, "integer"),
    (kinds.Positive, "integer from 1"),
    (kinds.Number, "number"),
    (str, "text"),
    (bool, "true or false"),
    (object, "anything"),
)
_ALWAYS = ("_producer", "_schemaURL", "_deleted")
_HOW_FACETS_ARE_READ = f"""\
Every facet that has a model here is held to it. In strict mode an event with a facet that
does not fit is refused. In lenient mode the facet is kept as it was sent, the event and all
its other facets count, and what is wrong is listed in the `problems` of the entry
(`/api/v1/events`), at a JSON pointer: of problems that differ only in the index of an array
the first, at most a hundred of a facet. Problems that end with "left out of the graph" cost
an answer; the others cost nothing. `/api/v1/producers` counts, for each producer, the events
that have some.

Every facet needs `_producer` and `_schemaURL` (URIs). Facets of jobs and datasets may have
`_deleted: true` instead of all other members: a tombstone, from its eventTime on. More
members than are listed are let through. A facet that is not on this page needs no more than
those two; it is kept and shown with its entity like the others. Facets go by their name and
by what they are of; older versions are read by the same models. In lenient mode a facet of
more than {FACET_BYTES_MAX // 1024**2} MiB is held to what all facets need, and to what the
graph needs of it.

Where they are shown: `/jobs/runs/RUN/facets` with `type=run`, `job` or `dataset`, and the
run, job or dataset itself; those of one read or write with the run, and with the version that
was written. With a dataset stand those of its facets that have history; of the others those
of its newest write and its five newest reads, for each name the latest; and
`dataQualityAssertions` and `dataQualityMetrics` of those reads."""


def facets() -> Iterator[str]:
    yield from ("# Facets", "", GENERATED, "", _HOW_FACETS_ARE_READ)
    parts: dict[str, Any] = {}
    for entity, title in _ENTITIES.items():
        yield from ("", f"## Facets {title}")
        for name, model in BAGS[entity].known.items():
            version, says, graph = _said_of(model)
            yield from ("", f"### `{name}`", "", f"{version}{says} {graph}".rstrip())
            yield from _members(model, parts)
    yield from ("", "## What they are made of")
    told: set[str] = set()
    while waiting := sorted(parts.keys() - told):
        for part in waiting:
            yield from ("", f"### Part `{part}`", "", _said_of(parts[part])[1])
            yield from _members(parts[part], parts)
        told.update(waiting)


def _said_of(model: Any) -> tuple[str, str, str]:
    """Version, what it is, and what the graph does with it, of a model's docstring."""
    first, _, more = inspect.cleandoc(model.__doc__).partition("\n\n")
    version = _VERSION.search(first)
    says = _VERSION.sub("", first, count=1).removesuffix(".")
    return f"Version {version[1]}. " if version else "", f"{says}.", " ".join(more.split())


def _members(model: Any, parts: dict[str, Any]) -> Iterator[str]:
    hints = get_type_hints(model, include_extras=True)
    shown = {name: hint for name, hint in hints.items() if name not in _ALWAYS}
    if not shown:
        return
    yield from ("", "| member | is | required |", "|---|---|---|")
    for name, hint in shown.items():
        needed = "yes" if name in model.__required_keys__ else ""
        yield f"| `{name}` | {_kind(hint, parts)} | {needed} |"


def _kind(hint: Any, parts: dict[str, Any]) -> str:
    """A kind of value in words; what it is made of is put among the `parts`."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return _kind(inside[0], parts)
    plain = next((says for kind, says in _KINDS if hint == kind), None)
    if plain:
        return plain
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inside)
    if origin in (list, dict):
        return f"{'list' if origin is list else 'map'} of {_kind(inside[-1], parts)}"
    if origin is Annotated:
        return " or ".join(_kind(model, parts) for model in inside[1].models)
    if parts.setdefault(hint.__name__, hint) is not hint:
        raise ValueError(f"two models are named {hint.__name__}")
    return f"[{hint.__name__}](#part-{hint.__name__.lower()})"


def main() -> None:
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
