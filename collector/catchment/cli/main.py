"""All sub-commands and their options. What each does is in the module that it imports when it runs.

Exit codes: 0 fine, 1 failed, 2 wrong usage.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from catchment import __version__
from catchment.cli.say import answer, printable, remark
from catchment.errors import CatchmentError

_INTERRUPTED = 130

app = typer.Typer(
    name="catchment",
    help="Where data came from, and what follows from it: OpenLineage in, lineage out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
keys_app = typer.Typer(no_args_is_help=True, help="API keys: create, list, revoke.")
events_app = typer.Typer(no_args_is_help=True, help="The log of events: list, show.")
app.add_typer(keys_app, name="keys")
app.add_typer(events_app, name="events")

DatabaseUrl = Annotated[
    str | None, typer.Option(help="postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
]
DataDir = Annotated[Path | None, typer.Option(help="Where the embedded Postgres lives.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def main() -> None:
    """Run the command line; a person sees one sentence, never a traceback."""
    try:
        app(standalone_mode=True)
    except CatchmentError as error:
        remark("\n".join(printable(line) for line in str(error).splitlines()))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:  # `catchment ... | head`
        sys.stderr.close()
        sys.exit(0)


def _version(wanted: bool) -> None:
    if wanted:
        answer(f"catchment {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    del version


def _settings(*, quiet: bool = True, **overrides: Any) -> Any:
    """The settings, and logs as they say; a `quiet` command logs only what is wrong."""
    from catchment.settings import load, unknown_variables  # noqa: PLC0415 - see the package's
    from catchment.telemetry import logs  # noqa: PLC0415

    for unknown in unknown_variables(os.environ):
        remark(printable(f"Warning: {unknown}."))
    settings = load(**overrides)
    written_out = "log_level" in settings.model_fields_set
    level = "warning" if quiet and not written_out else settings.log_level
    logs.configure(settings.log_format, level)
    return settings


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes any free port.")] = None,
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
) -> None:
    """Receive events and answer questions over HTTP, until Ctrl+C, SIGTERM or SIGHUP."""
    from catchment.cli.serving import run_serve  # noqa: PLC0415

    given = {"host": host, "port": port, "database_url": database_url, "data_dir": data_dir}
    run_serve(_settings(quiet=False, **given))


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help="0 takes any free port.")] = None,
) -> None:
    """Serve an example estate on a data dir that is removed at the end, and say what to ask."""
    from catchment.cli.demo import run_demo  # noqa: PLC0415

    run_demo(_settings(port=port, host="127.0.0.1", auth="none"))


@app.command()
def migrate(database_url: DatabaseUrl = None, data_dir: DataDir = None) -> None:
    """Bring the database's schema to the version of this program."""
    from catchment.cli.serving import run_migrate  # noqa: PLC0415

    run_migrate(_settings(database_url=database_url, data_dir=data_dir))


@app.command()
def ingest(
    paths: Annotated[list[str] | None, typer.Argument(help="Files, or - for stdin.")] = None,
    marquez: Annotated[
        str | None, typer.Option(metavar="URL", help="All run events of this Marquez instead.")
    ] = None,
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="From the start, not where it was interrupted.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Store events from files: JSON, a JSON array or NDJSON, plain, .gz or .zst; or a Marquez's."""
    from catchment.cli.ingest import run_ingest, run_ingest_marquez  # noqa: PLC0415

    if bool(paths) == bool(marquez):
        raise typer.BadParameter("name either files or --marquez URL", param_hint="PATHS")
    settings = _settings(database_url=database_url, data_dir=data_dir)
    if marquez:
        run_ingest_marquez(settings, marquez, restart, as_json)
    else:
        run_ingest(settings, paths or [], restart, as_json)


@app.command()
def validate(
    paths: Annotated[list[str], typer.Argument(help="Files, or - for stdin.")],
    as_json: Json = False,
) -> None:
    """Say what a strict reader finds wrong in files of events; asks no server."""
    from catchment.cli.validate import run_validate  # noqa: PLC0415

    run_validate(_settings(), paths, as_json)


@app.command()
def doctor(
    database_url: DatabaseUrl = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Check settings, database, schema, clock, disk and keys; say how to mend each."""
    from catchment.cli.doctor import run_doctor  # noqa: PLC0415

    run_doctor({"database_url": database_url, "data_dir": data_dir}, as_json)


@app.command()
def lineage(
    node: Annotated[str, typer.Argument(help="dataset:NAMESPACE:NAME or job:NAMESPACE:NAME")],
    direction: Annotated[str, typer.Option(help="upstream, downstream or both.")] = "both",
    depth: Annotated[int, typer.Option(help="How many steps.", min=0)] = 20,
    as_of: Annotated[str | None, typer.Option(help="As it was at this time (RFC 3339).")] = None,
    as_json: Json = False,
) -> None:
    """Draw where a dataset or job gets its data from, and who uses it."""
    from catchment.cli.lineage import run_lineage  # noqa: PLC0415

    run_lineage(node, direction, depth, as_of, as_json)


@app.command()
def provenance(
    node: Annotated[
        str,
        typer.Argument(
            help="run:UUID, dataset:NAMESPACE:NAME#VERSION, or dataset:NAMESPACE:NAME (its latest)"
        ),
    ],
    direction: Annotated[str, typer.Option(help="upstream or downstream.")] = "upstream",
    depth: Annotated[int, typer.Option(help="How many runs on the way.", min=0)] = 20,
    as_of: Annotated[str | None, typer.Option(help="As it was at this time (RFC 3339).")] = None,
    known_at: Annotated[
        str | None,
        typer.Option(help="As it was known at this entry of the log, or this time (RFC 3339)."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw which runs made a version, from which code and versions of which data."""
    from catchment.cli.provenance import run_provenance  # noqa: PLC0415

    run_provenance(node, direction, depth, as_of, known_at, as_json=as_json)


@app.command()
def models(
    namespace: Annotated[str | None, typer.Argument(help="Only models of this one.")] = None,
    name: Annotated[str | None, typer.Argument(help="The versions of this model.")] = None,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=1000)] = 100,
    as_json: Json = False,
) -> None:
    """List models, or show what each version of one was made by and from."""
    from catchment.cli.provenance import run_models  # noqa: PLC0415

    run_models(namespace, name, limit, as_json=as_json)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="All of them are looked for.")],
    kind: Annotated[str | None, typer.Option(help="dataset or job; both if absent.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Only in this one.")] = None,
    limit: Annotated[int, typer.Option(help="How many of the best.", min=1)] = 10,
    as_json: Json = False,
) -> None:
    """Find jobs and datasets by words in names, columns, descriptions and tags."""
    from catchment.cli.search import run_search  # noqa: PLC0415

    run_search(words, kind, namespace, limit, as_json)


@keys_app.command("create")
def keys_create(
    name: Annotated[str, typer.Argument(help="Whose it is, for people.")],
    scope: Annotated[list[str], typer.Option(help="ingest, read, raw or admin; repeatable.")],
    namespace: Annotated[
        list[str] | None, typer.Option(help="Only these namespaces (`*` stands for anything).")
    ] = None,
    for_file: Annotated[
        bool, typer.Option("--for-file", help="Store nothing; print lines for CATCHMENT_KEYS_FILE.")
    ] = False,
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Make a key and show it, this one time."""
    from catchment.cli.keys import run_create  # noqa: PLC0415

    settings = _settings(database_url=database_url, data_dir=data_dir)
    run_create(settings, name, scope, namespace or [], for_file=for_file, as_json=as_json)


@keys_app.command("list")
def keys_list(
    database_url: DatabaseUrl = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Show all keys, without their secrets."""
    from catchment.cli.keys import run_list  # noqa: PLC0415

    run_list(_settings(database_url=database_url, data_dir=data_dir), as_json)


@keys_app.command("revoke")
def keys_revoke(
    key_id: Annotated[str, typer.Argument(help="The ID, as `keys list` shows it.")],
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
) -> None:
    """Let a key be no key any more; servers know within seconds."""
    from catchment.cli.keys import run_revoke  # noqa: PLC0415

    run_revoke(_settings(database_url=database_url, data_dir=data_dir), key_id)


@events_app.command("list")
def events_list(
    after: Annotated[int | None, typer.Option(help="Only those behind this seq.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    node: Annotated[str | None, typer.Option(help="Only those about this node.")] = None,
    as_json: Json = False,
) -> None:
    """Show the log in order."""
    from catchment.cli.events import run_list  # noqa: PLC0415

    run_list(after, limit, node, as_json)


@events_app.command("show")
def events_show(
    seq: Annotated[int, typer.Argument(min=0)],
    raw: Annotated[bool, typer.Option("--raw", help="The bytes as they were received.")] = False,
) -> None:
    """Show one event of the log."""
    from catchment.cli.events import run_show  # noqa: PLC0415

    run_show(seq, raw)
