"""Settings: which variable or file says what, and what happens to nonsense."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from catchment_emitters.core.policy import Allowed
from catchment_emitters.core.settings import Settings, read_settings

URL = {"OPENLINEAGE_URL": "http://collector:8080", "OPENLINEAGE_API_KEY": "k"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory and a home without a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_nothing_is_set() -> None:
    assert read_settings({}) == Settings()


def test_the_short_variables_are_an_http_transport() -> None:
    assert read_settings(URL | {"OPENLINEAGE_ENDPOINT": "e"}).downstream == {
        "type": "http",
        "url": "http://collector:8080",
        "endpoint": "e",
        "auth": {"type": "api_key", "apiKey": "k"},
    }


def test_the_long_variables_are_any_transport() -> None:
    env = {
        "OPENLINEAGE__TRANSPORT__TYPE": "kafka",
        "OPENLINEAGE__TRANSPORT__TOPIC": "lineage",
        "OPENLINEAGE__TRANSPORT__CONFIG": '{"bootstrap.servers": "a:9092"}',
        "OPENLINEAGE__TRANSPORT__FLUSH": "false",
    }
    assert read_settings(env | URL).downstream == {
        "type": "kafka",
        "topic": "lineage",
        "config": {"bootstrap.servers": "a:9092"},
        "flush": False,
    }


def test_a_spool_in_the_configuration_is_the_one_that_is_there_anyway(elsewhere: Path) -> None:
    text = (
        "transport: {type: catchment_emitters.SpoolTransport, "
        "downstream: {type: http, url: 'http://c'}}"
    )
    (elsewhere / "openlineage.yml").write_text(text)
    assert read_settings({}).downstream == {"type": "http", "url": "http://c"}


def test_a_variable_beats_the_file(elsewhere: Path) -> None:
    (elsewhere / "openlineage.yml").write_text(
        "transport: {type: http, url: 'http://file'}\ncatchment: {namespace: file}\n"
    )
    assert read_settings({}).namespace == "file"
    said = read_settings(URL | {"OPENLINEAGE_NAMESPACE": "env"})
    assert said.namespace == "env"
    assert said.downstream is not None
    assert said.downstream["url"] == "http://collector:8080"


def test_a_file_that_is_no_yaml_is_said_and_left_out(
    elsewhere: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (elsewhere / "openlineage.yml").write_text("a: [")
    assert read_settings({}) == Settings()
    assert "openlineage.yml is not read" in caplog.text


def test_a_file_that_is_no_utf_8_is_said_and_left_out(
    elsewhere: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (elsewhere / "openlineage.yml").write_bytes(b"transport: {type: http, url: 'http://\xff'}")
    assert read_settings({}) == Settings()
    assert "it is no UTF-8" in caplog.text


def test_a_directory_that_was_deleted(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / ".openlineage").mkdir()
    (elsewhere / ".openlineage" / "openlineage.yml").write_text("catchment: {namespace: home}")
    gone = elsewhere / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert read_settings({}).namespace == "home"


NOBODY = """
import os, pwd, tempfile
from catchment_emitters.core.settings import read_settings
from catchment_emitters.spool.place import spool_directory
os.setuid(54321)
print(read_settings({}).disabled, spool_directory())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that is not known")
def test_a_user_without_a_home() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        env = {name: value for name, value in os.environ.items() if name != "HOME"}
        env |= {"OPENLINEAGE_SPOOL_DIR": "~/spool", "TMPDIR": folder}
        env["PYTHONPATH"] = os.pathsep.join(sys.path)  # from this directory, too
        done = subprocess.run(
            [sys.executable, "-c", NOBODY], capture_output=True, text=True, check=False, env=env
        )
        assert done.stdout == f"False {folder}/catchment-emitters-54321\n", done.stderr


@pytest.mark.parametrize("word", ["true", "TRUE", "1", " true "])
def test_disabled(word: str) -> None:
    assert read_settings({"OPENLINEAGE_DISABLED": word}).disabled
    assert not read_settings({"OPENLINEAGE_DISABLED": "false"}).disabled


def test_the_last_rule_that_fits_decides_for_each_thing(elsewhere: Path) -> None:
    (elsewhere / "openlineage.yml").write_text(
        """
        catchment:
          redact: email
          policy:
            - {jobs: "hr.*", parameters: false, datasets: false}
            - {jobs: "hr.public", datasets: true}
            - {jobs: "sandbox*", emit: false}
        """
    )
    policy = read_settings({}).policy
    assert policy.of("etl.load") == Allowed()
    assert policy.of("hr.pay") == Allowed(parameters=False, datasets=False)
    assert policy.of("hr.public") == Allowed(parameters=False)
    assert not policy.of("sandbox.x").emit
    assert policy.is_secret("Email")
    for name in ("DB_PASSWORD", "apiKey", "basicAuth", "pwd", "sslPass", "auth_header", "dsn"):
        assert policy.is_secret(name), name
    for name in ("author", "passenger_count", "connections_max", "compass", "depth"):
        assert not policy.is_secret(name), name


def test_rules_that_cannot_be_read_are_said(
    elsewhere: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (elsewhere / "openlineage.yml").write_text(
        "catchment: {policy: [{emit: false}, {jobs: a, emti: false}], source_code: al}"
    )
    said = read_settings({})
    assert said.policy.of("a") == Allowed()
    for words in ("has no `jobs`", "'emti'", "source_code is 'al'"):
        assert words in caplog.text
