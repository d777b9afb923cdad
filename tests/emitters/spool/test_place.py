"""Where the spool lies, and that it is forced onto the disk where that is wanted."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.place import spool_directory
from catchment_emitters.spool.spool import Spool
from tests.emitters.spool.conftest import numbered
from tests.emitters.spool.peer import Peer


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENLINEAGE_SPOOL_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_in_the_users_state_directory_for_this_user_only(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = spool_directory()
    assert found == nowhere / ".local/state/catchment-emitters/spool"
    assert stat.S_IMODE(found.stat().st_mode) == 0o700
    monkeypatch.setenv("XDG_STATE_HOME", str(nowhere / "state"))
    assert spool_directory() == nowhere / "state/catchment-emitters/spool"
    monkeypatch.setenv("OPENLINEAGE_SPOOL_DIR", str(nowhere / "told"))
    assert spool_directory() == nowhere / "told"


def test_among_the_temporary_files_where_there_is_no_home(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / "file").write_text("")
    monkeypatch.setenv("HOME", str(nowhere / "file"))  # nothing can be made in a file
    monkeypatch.setattr("tempfile.tempdir", str(nowhere))
    found = spool_directory()
    assert found == nowhere / f"catchment-emitters-{os.geteuid()}"
    assert stat.S_IMODE(found.stat().st_mode) == 0o700
    # A directory that others could write to is not ours, whatever its name.
    found.chmod(0o777)
    assert spool_directory() != found


def test_each_event_is_forced_onto_the_disk_if_that_is_asked_for(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[int] = []

    def watched(force: Callable[[int], None]) -> Callable[[int], None]:
        def watch(descriptor: int) -> None:
            forced.append(descriptor)
            force(descriptor)

        return watch

    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, watched(getattr(os, name)))
    place = {"type": "http", "url": "http://127.0.0.1:9"}
    for limits, times in ((SpoolLimits(), 0), (SpoolLimits(fsync=True), 3)):
        forced.clear()
        spool = Spool(nowhere / "spool", place, limits=limits)
        for n in range(3):
            spool.append(b'{"n":%d}' % n)
        assert len(forced) >= times
        assert bool(forced) == bool(times)
        spool.close(0.1)


def test_a_relative_directory_is_where_it_was_when_the_pipeline_goes_elsewhere(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, peer: Peer
) -> None:
    monkeypatch.chdir(nowhere)
    (nowhere / "elsewhere").mkdir()
    spool = Spool(Path("spool"), peer.downstream, limits=SpoolLimits(segment_bytes_max=500))
    spool.append(numbered(0))
    monkeypatch.chdir(nowhere / "elsewhere")
    for n in range(1, 5):
        spool.append(numbered(n))
    assert spool.flush(5)
    spool.close(1)
    assert sorted(peer.numbers()) == list(range(5))
    assert list((nowhere / "elsewhere").iterdir()) == []
