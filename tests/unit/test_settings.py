"""Settings: where they come from, what they refuse, and that every problem is told at once."""

import os
from pathlib import Path

import pytest

from catchment import settings
from catchment.errors import BadSettings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("CATCHMENT_"):
            monkeypatch.delenv(name)


def problems_of(**overrides: object) -> dict[str, str]:
    """What `load` complains about, by variable."""
    with pytest.raises(BadSettings) as caught:
        settings.load(**overrides)
    for problem in caught.value.problems:
        assert f"{problem.pointer}: {problem.reason}" in str(caught.value)
    return {problem.pointer: problem.reason for problem in caught.value.problems}


def test_the_bounds_are_those_of_the_design() -> None:
    given = settings.load()
    assert (given.host, given.port, given.auth) == ("127.0.0.1", 8765, "none")
    assert given.body_bytes_max == 32 * 1024**2
    assert given.in_flight_bytes_max == 64 * 1024**2
    assert (given.depth_max, given.batch_events_max, given.failed_events_max) == (
        128,
        10_000,
        1_000,
    )


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "catchment.toml"
    file.write_text(
        'port = 1\nCATCHMENT_PROBLEMS_MAX = 2\ndepth_max = 64\nhosts_allowed = ["a", "b"]\n'
    )
    monkeypatch.setenv("CATCHMENT_CONFIG", str(file))
    monkeypatch.setenv("CATCHMENT_PORT", "2")
    monkeypatch.setenv("CATCHMENT_DEPTH_MAX", "32")
    given = settings.load(port=3, host=None)
    assert (given.port, given.depth_max, given.problems_max) == (3, 32, 2)
    assert given.hosts_allowed == ("a", "b")
    assert given.host == "127.0.0.1"


def test_lists_and_sizes_are_written_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATCHMENT_HOSTS_ALLOWED", "one, two")
    monkeypatch.setenv("CATCHMENT_BODY_BYTES_MAX", "16MiB")
    given = settings.load()
    assert given.hosts_allowed == ("one", "two")
    assert given.body_bytes_max == 16 * 1024**2


def test_every_problem_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "catchment.toml"
    file.write_text("prot = 1\n")
    monkeypatch.setenv("CATCHMENT_CONFIG", str(file))
    monkeypatch.setenv("CATCHMENT_PORT", "many")
    monkeypatch.setenv("CATCHMENT_HOST", "0.0.0.0")
    monkeypatch.setenv("CATCHMENT_QUEUE_BYTES_MAX", "1MiB")
    monkeypatch.setenv("CATCHMENT_DATABASE_URL", "mysql://u:hidden@h/d")
    found = problems_of(log_level="loud")
    assert set(found) == {
        "CATCHMENT_PROT",
        "CATCHMENT_PORT",
        "CATCHMENT_AUTH",
        "CATCHMENT_QUEUE_BYTES_MAX",
        "CATCHMENT_DATABASE_URL",
        "CATCHMENT_LOG_LEVEL",
    }
    assert "CATCHMENT_PORT" in found["CATCHMENT_PROT"]
    assert "hidden" not in str(found)


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot read"), ("port = ", "not TOML"), (b"\xff", "not TOML")]
)
def test_a_file_that_cannot_be_used_is_named(
    content: str | bytes | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "catchment.toml"
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    monkeypatch.setenv("CATCHMENT_CONFIG", str(file))
    assert says in problems_of()["CATCHMENT_CONFIG"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_nobody_else_reaches_loopback_so_keys_are_optional(host: str) -> None:
    assert settings.load(host=host).auth == "none"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "collector.example", ""])
def test_elsewhere_the_choice_must_be_written_out(host: str) -> None:
    assert "written out" in problems_of(host=host)["CATCHMENT_AUTH"]
    assert settings.load(host=host, auth="none").auth == "none"
    assert settings.load(host=host, auth="keys").auth == "keys"


def test_a_file_of_keys_that_nobody_is_asked_for_is_refused() -> None:
    assert "CATCHMENT_AUTH=keys" in problems_of(keys_file="keys.toml")["CATCHMENT_KEYS_FILE"]
    assert settings.load(keys_file="keys.toml", auth="keys").keys_file == Path.cwd() / "keys.toml"


def test_a_kubernetes_service_link_is_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATCHMENT_PORT", "tcp://10.0.0.1:8765")
    assert settings.load().port == 8765


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("CATCHMENT_DATABSE_URL", "is not a setting; did you mean CATCHMENT_DATABASE_URL?"),
        ("catchment_prot", "is not a setting; did you mean CATCHMENT_PORT?"),
        ("CATCHMENT_APIKEY", "is not a setting; did you mean CATCHMENT_API_KEY?"),
        ("CATCHMENT_IMAGE", "is not a setting"),
    ],
)
def test_variables_that_are_no_settings_are_found(name: str, says: str) -> None:
    (unknown,) = settings.unknown_variables({name: "1", "CATCHMENT_PORT": "1", "OTHER": "1"})
    assert str(unknown) == f"{name} {says}"


def test_variables_of_others_are_left_alone() -> None:
    foreign = {
        "CATCHMENT_URL": "http://x",
        "CATCHMENT_API_KEY": "x",
        "CATCHMENT_CONFIG": "x",
        "CATCHMENT_TEST_PROFILE": "long",
        "CATCHMENT_SERVICE_HOST": "10.0.0.1",
        "CATCHMENT_UI_SERVICE_PORT_HTTP": "80",
        "CATCHMENT_UI_PORT": "tcp://10.0.0.1:80",
        "CATCHMENT_PORT_8765_TCP_ADDR": "10.0.0.1",
    }
    assert settings.unknown_variables(foreign) == []


def test_secrets_are_never_shown() -> None:
    given = settings.load(database_url="postgresql://u:hidden@h/d")
    assert given.database_url is not None
    assert given.database_url.get_secret_value() == "postgresql://u:hidden@h/d"
    assert "hidden" not in f"{given!r} {given} {given.model_dump()} {given.model_dump_json()}"


def test_data_lies_where_the_system_expects_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert settings.default_data_dir({}) == Path("/var/lib/catchment")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert settings.default_data_dir({"XDG_DATA_HOME": "/x"}) == Path("/x/catchment")
    share = Path.home() / ".local/share/catchment"
    assert settings.default_data_dir({}) == share
    assert settings.default_data_dir({"XDG_DATA_HOME": "relative"}) == share
