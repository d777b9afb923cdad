"""`doctor`: one line a check, and how to mend what is not fine. Exit code 1 if anything is not."""

import asyncio
import os
import sys
from typing import Any

from catchment.app.checks import Finding, check
from catchment.cli.say import answer, answer_json, printable
from catchment.errors import BadSettings
from catchment.settings import load
from catchment.telemetry import logs


def run_doctor(overrides: dict[str, Any], as_json: bool) -> None:
    """Look at everything; settings that cannot be read are a finding too."""
    logs.configure(log_level="error")
    try:
        findings = asyncio.run(_all(overrides))
    except BadSettings as error:
        findings = [Finding("settings", False, f"{p.pointer}: {p.reason}") for p in error.problems]
    if as_json:
        answer_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            mark = "fine " if finding.fine else "WRONG"
            answer(f"{mark}  {finding.name:<9}  {printable(finding.says)}")
    if not all(finding.fine for finding in findings):
        sys.exit(1)


async def _all(overrides: dict[str, Any]) -> list[Finding]:
    return [finding async for finding in check(load(**overrides), os.environ)]
