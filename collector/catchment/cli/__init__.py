"""The command line: one command, its sub-commands one file each, errors as one sentence.

Nothing heavy is imported before a sub-command runs, so that `--help` is quick.
"""

from catchment.cli.main import main

__all__ = ["main"]
