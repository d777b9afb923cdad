"""`catchment-emitters`: what people see."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emitters.spool.conftest import MakeSpool, numbered
from tests.emitters.spool.peer import BATCH, Peer, Reply
from tests.integration.http.conftest import Collector, server

__all__ = ["server"]


def command(*arguments: str, **told: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if "OPENLINEAGE" not in name}
    return subprocess.run(
        [sys.executable, "-m", "catchment_emitters.cli", *arguments],
        env=kept | told,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture
def left(tmp_path: Path, peer: Peer) -> Path:
    """The spool of a process that was killed with 20 events for a peer that asks for a key."""
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from catchment_emitters.spool.spool import Spool\n"
        "from tests.emitters.spool.conftest import numbered\n"
        "auth = {'type': 'api_key', 'apiKey': 'k-1'}\n"
        "spool = Spool(Path(sys.argv[1]), {'type': 'http', 'url': sys.argv[2], 'auth': auth})\n"
        "for n in range(20): spool.append(numbered(n))\n"
        "os._exit(1)\n"
    )
    folder = tmp_path / "spool"
    subprocess.run([sys.executable, "-c", program, str(folder), peer.url], check=False)
    return folder


def test_what_waits_is_shown(left: Path, peer: Peer) -> None:
    done = command("status", "--dir", str(left))
    assert done.returncode == 1
    assert "20 events of process " in done.stdout
    assert f"(ended, last event 0 s ago) for {peer.url}/api/v1/lineage" in done.stdout


def test_a_key_is_not_in_the_spool_and_is_asked_for(left: Path, peer: Peer) -> None:
    done = command("drain", "--once", "--dir", str(left))
    assert done.returncode == 1
    assert "OPENLINEAGE_API_KEY" in done.stderr
    assert not peer.requests
    told = {"OPENLINEAGE_URL": peer.url, "OPENLINEAGE_API_KEY": "k-2"}
    done = command("drain", "--once", "--dir", str(left), **told)
    assert (done.returncode, done.stdout, done.stderr) == (0, "20 events shipped.\n", "")
    assert peer.numbers() == list(range(20))
    assert peer.requests[0].headers["Authorization"] == "Bearer k-2"
    done = command("status", "--dir", str(left))
    assert done.returncode == 0
    assert "Nothing waits" in done.stdout


def test_drain_says_why_something_is_left(left: Path, peer: Peer) -> None:
    peer.decide = lambda *_: Reply(503, {"title": "Unavailable", "detail": "the database is away"})
    told = {"OPENLINEAGE_URL": peer.url, "OPENLINEAGE_API_KEY": "k-2"}
    done = command("drain", "--once", "--dir", str(left), **told)
    assert done.returncode == 1
    assert "503 the database is away" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_refused_is_shown(peer: Peer, make: MakeSpool, tmp_path: Path) -> None:
    peer.decide = lambda *_: Reply(422, {"detail": "no identity"})
    spool = make(peer.downstream)
    spool.append(numbered(1))
    spool.flush(5)
    done = command("status", "--dir", str(tmp_path / "spool"))
    assert done.returncode == 1
    assert "1 events were refused" in done.stdout
    assert "422 no identity" in done.stdout


def test_doctor_on_a_healthy_machine(server: Collector, tmp_path: Path) -> None:
    done = command("doctor", "--dir", str(tmp_path / "spool"), OPENLINEAGE_URL=server.url)
    assert done.returncode == 0, done.stdout
    assert "can be written" in done.stdout
    assert f"{server.url}/api/v1/lineage: answers, and takes batches" in done.stdout
    assert list((tmp_path / "spool").iterdir()) == []


def test_doctor_says_how_to_mend(refused: str, tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file")
    done = command("doctor", "--dir", str(tmp_path / "spool"), OPENLINEAGE_URL=refused)
    assert done.returncode == 1
    assert "set OPENLINEAGE_SPOOL_DIR" in done.stdout
    assert "Connection refused" in done.stdout
    done = command("doctor", "--dir", str(tmp_path / "other"))
    assert done.returncode == 1
    assert "no downstream: set OPENLINEAGE_URL" in done.stdout
    assert done.stderr == ""


def test_doctor_knows_the_address_of_events_for_no_server(
    server: Collector, tmp_path: Path
) -> None:
    url = f"{server.url}/api/v1/lineage"
    done = command("doctor", "--dir", str(tmp_path / "spool"), OPENLINEAGE_URL=url)
    assert done.returncode == 1, done.stdout
    assert "WRONG" in done.stdout
    assert "OPENLINEAGE_URL is the server only" in done.stdout


def test_doctor_takes_a_peer_that_knows_no_batches(peer: Peer, tmp_path: Path) -> None:
    peer.decide = lambda path, _: Reply(404 if path == BATCH else 422)
    done = command("doctor", "--dir", str(tmp_path / "spool"), OPENLINEAGE_URL=peer.url)
    assert done.returncode == 0, done.stdout
    assert "events are posted singly" in done.stdout


def test_usage(tmp_path: Path) -> None:
    assert command().returncode == 2
    done = command("drain", "--once", "--dir", str(tmp_path / "nowhere"))
    assert (done.returncode, done.stderr) == (0, "")
