"""A program that is the command line as an unprivileged user: `command_as_nobody.py ARGUMENTS`.

Gives up root after its imports: its own Python may lie where only root reads.
"""

import importlib
import pkgutil

from catchment import app, cli
from catchment.cli.main import main
from tests.integration.postgres.server_program import become_nobody

if __name__ == "__main__":
    for room in (cli, app):
        for module in pkgutil.iter_modules(room.__path__):
            importlib.import_module(f"{room.__name__}.{module.name}")
    become_nobody()
    main()
