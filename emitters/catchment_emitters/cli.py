"""`catchment-emitters`: what waits in the spool, ship it, and whether all is well."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from catchment_emitters import __version__
from catchment_emitters.spool.place import spool_directory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 fine, 1 something is left or wrong, 2 usage."""
    parser = argparse.ArgumentParser(
        prog="catchment-emitters", description="The spool of OpenLineage events on this machine."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("drain", "ship what ended processes left, until stopped"),
        ("status", "what waits, of whom, where to; what was refused"),
        ("doctor", "whether the spool can be written and its downstream answers"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "--dir", type=Path, help="the spool; else OPENLINEAGE_SPOOL_DIR, else the user's own"
        )
        if name == "drain":
            command.add_argument(
                "--once", action="store_true", help="one pass; exit code 1 if something is left"
            )
    told = parser.parse_args(arguments)
    logging.getLogger("catchment_emitters").setLevel(logging.ERROR)  # the commands say it all
    directory = told.dir or spool_directory()
    try:
        return _run(told, directory)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except OSError as error:
        print(f"catchment-emitters: {error}", file=sys.stderr)  # noqa: T201
        return 1


def _run(told: argparse.Namespace, directory: Path) -> int:
    # Imported here: the figures of `--help` should not wait for requests.
    if told.command == "drain":
        from catchment_emitters.spool.drain import drain

        return drain(directory, once=told.once)
    if told.command == "status":
        from catchment_emitters.spool.status import show_status

        return show_status(directory)
    from catchment_emitters.spool.doctor import examine

    return examine(directory)


if __name__ == "__main__":
    sys.exit(main())
