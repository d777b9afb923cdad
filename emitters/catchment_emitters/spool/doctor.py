"""Whether the spool can be written, and its downstream is configured and answers."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from catchment_emitters import __version__
from catchment_emitters.spool.configured import configured_downstreams
from catchment_emitters.spool.downstream import HTTP, is_disabled, place_of
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.place import make_directory
from catchment_emitters.spool.segment import SegmentWriter, remove, unlock


def examine(directory: Path) -> int:
    """Print what was found, a line each, with how to mend it; 1 if something is wrong."""
    print(  # noqa: T201
        f"catchment-emitters {__version__}, openlineage-python {version('openlineage-python')},"
        f" Python {platform.python_version()}"
    )
    fine = [_examine_spool(directory), *_examine_downstreams()]
    return 0 if all(fine) else 1


def _say(good: bool, text: str) -> bool:
    print(f"{'ok   ' if good else 'WRONG'}  {text}")  # noqa: T201
    return good


def _examine_spool(directory: Path) -> bool:
    make_directory(directory)
    try:
        writer = SegmentWriter(directory, {"type": "doctor"}, fsync=True)
        writer.append(b"{}")
    except OSError as error:
        return _say(
            False,
            f"the spool {directory} cannot be written: {error.strerror}. Events would wait in"
            " memory and be lost with the process: set OPENLINEAGE_SPOOL_DIR",
        )
    remove(writer.path)
    unlock(writer.descriptor)
    return _say(True, f"the spool {directory} can be written")


def _examine_downstreams() -> list[bool]:
    if is_disabled():
        return [_say(True, "OPENLINEAGE_DISABLED is set: no event is emitted")]
    downstreams = configured_downstreams()
    if not downstreams:
        return [_say(False, "no downstream: set OPENLINEAGE_URL, or write openlineage.yml")]
    return [_examine_downstream(config) for config in downstreams]


def _examine_downstream(config: Mapping[str, Any]) -> bool:
    place = place_of(config)
    if config.get("type") not in HTTP:
        return _say(True, f"{place}: configured; not tried, since trying would send an event")
    from catchment_emitters.spool.http_sink import HttpSink

    try:
        good, said = HttpSink(config, SpoolLimits()).probe()
    except Exception as error:
        good, said = False, f"{type(error).__name__}: {error}"
    return _say(good, f"{place}: {said}")
