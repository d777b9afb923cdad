"""Runs in processes of their own: signals, children, and the name of a program."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.emitters.engines import ROOT

PRELUDE = """
import os, subprocess, sys, time
from catchment_emitters import lineage
from catchment_emitters.core import emitter
from catchment_emitters.core.emitter import Emitter
from catchment_emitters.core.settings import Settings

class Out:
    def append(self, body): os.write(1, body + b"\\n")
    def flush(self, timeout_seconds): return True

emitter.use(Emitter(Settings(), Out()))
"""

SLEEPS = """
@lineage.job
def sleeps():
    with lineage.run("inner"):
        time.sleep(60)
sleeps()
"""

STARTS = """
with lineage.run("outer"):
    if len(sys.argv) == 1:
        subprocess.run([sys.executable, __file__, "child"], env=os.environ | lineage.environment())
"""

EXITS = """
with lineage.run("job"):
    raise SystemExit(3)
"""


@contextmanager
def program(tmp_path: Path, text: str) -> Iterator[subprocess.Popen[str]]:
    file = tmp_path / "program.py"
    file.write_text(PRELUDE + text)
    kept = {name: v for name, v in os.environ.items() if not name.startswith("OPENLINEAGE")}
    process = subprocess.Popen(
        [sys.executable, file],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=kept | {"PYTHONPATH": str(ROOT / "emitters")},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def told(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    output, _ = process.communicate(timeout=30)
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals(tmp_path: Path, number: signal.Signals) -> None:
    with program(tmp_path, SLEEPS) as process:
        assert process.stdout is not None
        started = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [one["job"]["name"] for one in started] == ["program.sleeps", "inner"]
        process.send_signal(number)
        ended = told(process)
        # Python raises nothing for a SIGTERM that nobody handles, so nobody can say it.
        expected = ["ABORT", "ABORT"] if number == signal.SIGINT else []
        assert [one["eventType"] for one in ended] == expected
        assert process.returncode == -number


def test_a_child_process_is_part_of_the_run(tmp_path: Path) -> None:
    with program(tmp_path, STARTS) as process:
        outer, inner, *_ = told(process)
        assert process.returncode == 0
    parent = inner["run"]["facets"]["parent"]
    assert parent["run"]["runId"] == parent["root"]["run"]["runId"] == outer["run"]["runId"]
    assert parent["job"] == {"namespace": "python", "name": "outer"}
    assert inner["job"]["facets"]["sourceCodeLocation"]["path"].startswith(str(tmp_path))


def test_the_exit_code_is_that_of_the_program(tmp_path: Path) -> None:
    with program(tmp_path, EXITS) as process:
        assert [one["eventType"] for one in told(process)] == ["START", "FAIL"]
        assert process.returncode == 3
