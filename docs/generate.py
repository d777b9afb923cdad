"""Write the pages of docs/reference/ that follow from the code: settings, metrics, commands.

`make reference` writes them; a test fails if they are not what this would write.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import typer
from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from catchment.cli.main import app
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


def main() -> None:
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
