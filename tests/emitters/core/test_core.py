"""Parameters, code locations, contexts, ids, and an emitter that never raises."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from catchment_emitters.core import active, code, context, ids
from catchment_emitters.core import emitter as emitter_module
from catchment_emitters.core.active import ActiveRun, active_run, enter, leave, provide
from catchment_emitters.core.emitter import Emitter
from catchment_emitters.core.events import COMPLETE, Dataset, Job, Parent, run_event
from catchment_emitters.core.parameters import VALUE_CHARACTERS_MAX, as_text
from catchment_emitters.core.policy import Policy
from catchment_emitters.core.settings import Settings

RUN, ROOT = ids.new_run_id(), ids.new_run_id()


def test_parameters_are_short_and_without_secrets() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    class SecretStr(str):
        __slots__ = ()

    given = {
        "depth": 3,
        "name": "x",
        "day": date(2026, 3, 1),
        "api_key": "k",
        "nested": {"password": "p", "n": [1, None]},
        "rude": Rude(),
        "hidden": SecretStr("s"),
        "long": ["x" * 1_000] * 1_000_000,
    }
    shown = as_text(given, Policy())
    assert shown.pop("rude").endswith("Rude>")
    assert len(shown.pop("long")) == VALUE_CHARACTERS_MAX
    assert shown == {
        "depth": "3",
        "name": "x",
        "day": "2026-03-01",
        "api_key": "***",
        "nested": "{'password': ***, 'n': [1, None]}",
        "hidden": "***",
    }


def test_parameters_show_no_password_of_a_url() -> None:
    given = {
        "db_url": "postgresql://u:pa/ss@h/db",
        "either": ["https://tok3n@h/x", "see jdbc:mysql://h/db?user=u&password=pa%73s&n=1"],
        "long": "x" * 240 + " postgresql://u:" + "hush" * 50 + "@h/db",
        "page": "https://cdn/vue@3/x.js",
    }
    shown = as_text(given, Policy())
    assert shown["db_url"] == "postgresql://***@h/db"
    assert shown["either"] == "['https://***@h/x', 'see jdbc:mysql://h/db?user=u&password=***&n=1']"
    assert "hush" not in shown["long"]
    assert shown["page"] == given["page"]


@pytest.mark.parametrize(
    "name", ["db_pwd", "passphrase", "basic_auth", "Cookie", "dsn", "connection", "passwd"]
)
def test_what_is_called_like_a_secret_is_hidden(name: str) -> None:
    assert as_text({name: "hush"}, Policy()) == {name: "***"}


def test_a_function_is_found_in_its_commit(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@t"]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q", "-b", "main")
    git("remote", "add", "origin", "https://token@example.org/team/repo.git")
    source = tmp_path / "job.py"
    source.write_text("\ndef work():\n    return 1\n")
    git("add", ".")
    git("commit", "-qm", "one")
    names: dict[str, Any] = {}
    exec(compile(source.read_text(), str(source), "exec"), names)
    found = code.location_facet(names["work"])
    sha = git("rev-parse", "HEAD")
    assert found is not None
    assert found["url"] == f"https://example.org/team/repo/blob/{sha}/job.py#L2"
    assert (found["version"], found["branch"], found["path"]) == (sha, "main", "job.py#L2")
    assert found["repoUrl"] == "https://example.org/team/repo.git"
    assert "dirty" not in found
    source.write_text("\ndef work():\n    return 2\n")
    code.commit_of.cache_clear()
    code._file_facet.cache_clear()
    changed = code.location_facet(names["work"])
    assert changed is not None
    assert changed["dirty"] is True


def test_code_without_a_file_or_a_repository(tmp_path: Path) -> None:
    assert code.location_facet(eval("lambda: 1")) is None
    assert code.location_facet(print) is None
    found = code.file_facet(str(tmp_path / "x.py"), 3)
    assert (found["type"], found["path"]) == ("file", f"{tmp_path}/x.py#L3")


@pytest.mark.parametrize(
    ("slow", "known"),
    [("rev-parse", set()), ("status", {"sha", "branch", "repo_url"})],
    ids=["always", "through its files"],
)
def test_git_that_is_slow_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: str, known: set[str]
) -> None:
    git = str(shutil.which("git"))
    checkout = tmp_path / "checkout"
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for line in (
        ["init", "--quiet", "--initial-branch=main", str(checkout)],
        ["-C", str(checkout), "remote", "add", "origin", "https://example.com/a.git"],
        ["-C", str(checkout), *author, "commit", "--quiet", "--allow-empty", "-m", "a"],
    ):
        subprocess.run([git, *line], check=True)
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\n[ "$3" != {slow} ] || sleep 1.5\nexec {git} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", str(wrapper.parent), prepend=os.pathsep)
    code.commit_of.cache_clear()
    begin = time.monotonic()
    found = code.commit_of(str(checkout))
    first = time.monotonic()
    assert first - begin < 1.0
    said = found._asdict() if found is not None else {}
    assert {name for name, one in said.items() if one} - {"root"} == known
    assert code.commit_of(str(checkout)) == found
    assert time.monotonic() - first < 0.05


def test_a_file_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        assert code.file_facet("a.py", 3)["url"] == f"{(tmp_path / name / 'a.py').as_uri()}#L3"


def test_a_context_goes_through_the_environment() -> None:
    parent = Parent(RUN, Job("etl", "a/b"), ROOT, Job("etl", "root"))
    environment = context.environment_of(parent)
    assert context.parent_from(environment) == parent
    only_ids = {k: v for k, v in environment.items() if k != context.CONTEXT}
    assert context.parent_from(only_ids) == Parent(
        RUN, Job("etl/a", "b"), ROOT, Job("etl", "root")
    )  # a name with a slash cannot be told from a namespace with one


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"parent": {}}', '{"parent": {"run": 1}}'])
def test_a_context_that_is_none_is_none(text: str) -> None:
    assert context.parent_from({context.CONTEXT: text}) is None
    assert context.parent_from({context.PARENT_ID: text or "a/b"}) is None


def test_ids() -> None:
    first, second = ids.new_run_id(), ids.new_run_id()
    assert UUID(first).version == 7
    assert first[:13] <= second[:13]
    assert ids.run_id_of("a", "bc") == ids.run_id_of("a", "bc") != ids.run_id_of("ab", "c")


class Broken:
    """A way out that fails."""

    def append(self, body: bytes) -> None:
        raise OSError(f"full: {len(body)}"[:4])

    def flush(self, timeout_seconds: float) -> bool:
        raise OSError(f"full: {timeout_seconds}"[:4])


def test_an_emitter_never_raises_and_says_a_thing_once(caplog: pytest.LogCaptureFixture) -> None:
    emitter = Emitter(Settings(), Broken())
    for _ in range(3):
        emitter.emit(run_event(COMPLETE, RUN, Job("a", "b")))
    assert emitter.flush() is False
    assert [record.getMessage() for record in caplog.records] == [
        "an event could not be sent: OSError: full (said once)",
        "events could not be sent: OSError: full (said once)",
    ]


def test_an_error_that_cannot_be_told_is_no_error_of_the_pipeline(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    Emitter(Settings(), None).warn("it went wrong", Silent())
    assert caplog.messages == ["it went wrong: Silent: Silent (said once)"]


HELD_AT_THE_FORK = """
import os, signal, threading
import catchment_emitters.core.emitter as core
import catchment_emitters.spool.transport as transport

held, done = threading.Event(), threading.Event()

def hold():
    with core._lock, transport._sharing:
        held.set()
        done.wait()

threading.Thread(target=hold).start()
held.wait()
child = os.fork()
if child == 0:
    signal.alarm(5)
    core.emitter()
    with transport._sharing:
        os._exit(0)
done.set()
print(os.waitpid(child, 0)[1])
"""


def test_a_child_that_was_forked_while_the_emitter_was_made_has_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELD_AT_THE_FORK], capture_output=True, text=True, check=False
    )
    assert done.stdout == "0\n", done.stderr


def test_who_interrupts_may_emit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    emitter_module.use(None)
    run = ActiveRun(RUN, Job("etl", "load"))

    def handler(*_: object) -> None:
        emitter_module.emitter()
        run.read(Dataset("db", "in"))

    before = signal.signal(signal.SIGALRM, handler)
    try:
        with emitter_module._lock, run._lock:
            signal.raise_signal(signal.SIGALRM)
    finally:
        signal.signal(signal.SIGALRM, before)
        emitter_module.use(None)
    assert len(run.inputs()) == 1


def test_the_package_costs_little_to_import() -> None:
    program = (
        "import sys; before = set(sys.modules); import catchment_emitters;"
        "import catchment_emitters.core.emitter, catchment_emitters.core.settings;"
        "print(sorted({n.partition('.')[0] for n in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "openlineage" not in done.stdout
    assert "requests" not in done.stdout
    assert "yaml" not in done.stdout


def test_what_a_run_says_of_a_dataset_adds_up() -> None:
    run = ActiveRun(RUN, Job("etl", "load"))
    run.read(Dataset("db", "x", {"a": {}}))
    run.read(Dataset("db", "x", {"b": {}}, {"c": {}}))
    assert [(one.key, [*one.facets], [*one.io_facets]) for one in run.inputs()] == [
        (("db", "x"), ["a", "b"], ["c"])
    ]
    inner = ActiveRun(ROOT, Job("etl", "part"), run.as_parent())
    assert inner.as_parent().root_run_id == RUN


def test_the_run_of_here_is_asked_before_those_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(active, "_providers", [])
    run, others = ActiveRun(RUN, Job("a", "b")), ActiveRun(ROOT, Job("a", "c"))
    assert active_run() is None
    provide(lambda: others)
    assert active_run() is others
    token = enter(run)
    assert active_run() is run
    leave(token)
    assert active_run() is others


class Kept:
    """A way out that keeps what it is given."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def append(self, body: bytes) -> None:
        self.bodies.append(body)

    def flush(self, timeout_seconds: float) -> bool:
        return timeout_seconds >= 0


def test_a_job_that_nobody_may_hear_of_is_not_emitted() -> None:
    out = Kept()
    emitter = Emitter(Settings(policy=Policy((("secret.*", "emit", False),))), out)
    for name in ("secret.load", "load"):
        emitter.emit(run_event(COMPLETE, RUN, Job("etl", name)))
    assert len(out.bodies) == 1
    assert b"secret.load" not in out.bodies[0]
