"""Prefect's API is asked aside: when it does not answer, and when nobody can ask it."""

import socket
import time

from tests.emitters.prefect.conftest import Scripts


def test_all_answers_together_are_waited_for_once(scripts: Scripts) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        done = scripts.run("lookups.py", "hanging", PREFECT_API_URL=url)
    seconds = time.time() - float(done.stdout)
    assert done.code == 0, done.stderr
    # One second for the answers; the rest is the interpreter's end.
    assert 0.9 < seconds < 3.5


def test_a_thread_that_cannot_begin_leaves_nothing(scripts: Scripts) -> None:
    done = scripts.run("lookups.py", "no-thread")
    assert done.code == 0, done.stderr
    assert done.stdout.startswith("can't start new thread\n")
    assert "Traceback" not in done.stderr
