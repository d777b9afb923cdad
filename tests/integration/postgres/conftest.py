"""Data dirs and server programs for the tests of the embedded server; each is cleaned up after."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from catchment.postgres.embedded import make_temporary_dir
from catchment.postgres.embedded.process import find_running

PROGRAM = Path(__file__).with_name("server_program.py")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A new data dir; a server that a test left running on it is ended."""
    folder = make_temporary_dir()
    yield folder
    left = find_running(folder / "postgres" / "cluster")
    if left is not None:
        left.send(signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class ServerProgram:
    """A running `server_program.py`."""

    process: subprocess.Popen[str]

    @cached_property
    def said(self) -> dict[str, Any]:
        """Its line; waits for it."""
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def finish(self) -> None:
        """Let it end in good order, once it has said its line."""
        assert self.said
        self.process.communicate(timeout=60)

    def kill(self) -> None:
        """End it as the kernel would for want of memory, once it has said its line."""
        assert self.said
        self.process.kill()
        self.process.wait()


StartProgram = Callable[..., ServerProgram]


@pytest.fixture
def start_program() -> Iterator[StartProgram]:
    """Start `server_program.py` with some arguments."""
    started: list[ServerProgram] = []

    def start(*arguments: str | Path) -> ServerProgram:
        process = subprocess.Popen(
            [sys.executable, PROGRAM, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        program = ServerProgram(process)
        started.append(program)
        return program

    yield start
    for program in started:
        with suppress(ValueError, subprocess.TimeoutExpired):
            program.process.kill()
            program.process.communicate(timeout=10)
