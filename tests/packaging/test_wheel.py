"""What is built holds everything that the program reads, and works without the checkout."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    for source in (ROOT, ROOT / "emitters"):
        subprocess.run(
            [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source],
            check=True,
            capture_output=True,
        )
    return folder


def test_the_wheel_holds_migrations_queries_and_dictionaries(built: Path) -> None:
    [wheel] = built.glob("catchment-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = ROOT / "collector/catchment"
    expected = {
        str(path.relative_to(ROOT / "collector"))
        for pattern in ("**/*.py", "**/*.sql", "**/*.zdict")
        for path in sources.glob(pattern)
    }
    expected |= {f"catchment/migrations/{path.name}" for path in (ROOT / "migrations").glob("0*")}
    estate = (ROOT / "examples/estate").glob("*.py")
    expected |= {f"catchment/examples/estate/{path.name}" for path in estate}
    assert expected <= names
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name]


def test_the_source_distribution_builds_the_same(built: Path) -> None:
    [archive] = built.glob("catchment-*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"migrations/0001_create_log_and_graph.sql", "hatch_build.py"} <= names


def test_the_emitters_bring_their_package_only(built: Path) -> None:
    [wheel] = built.glob("catchment_emitters-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"catchment_emitters"}


@dataclass(frozen=True)
class Installed:
    """The wheel in an environment of its own."""

    python: str
    site: Path
    env: dict[str, str]


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    [wheel] = built.glob("catchment-*.whl")
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    # Its dependencies are those of this environment; the checkout is not among them.
    env = {name: value for name, value in os.environ.items() if not name.startswith("CATCHMENT_")}
    env |= {"PYTHONPATH": os.pathsep.join([str(site), sysconfig.get_path("purelib")])}
    return Installed(str(home / "bin/python"), site, env)


def test_an_installed_wheel_works_from_anywhere(
    installed: Installed, tmp_path: Path, database_url: str
) -> None:
    python, site, env = installed.python, installed.site, installed.env
    for arguments in (["--version"], ["migrate", "--database-url", database_url]):
        done = subprocess.run(
            [python, "-m", "catchment", *arguments],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    where = [python, "-c", "import catchment; print(catchment.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert str(site) in found.stdout


def test_an_installed_wheel_has_the_demo(installed: Installed, tmp_path: Path) -> None:
    with subprocess.Popen(
        [installed.python, "-m", "catchment", "demo", "--port", "0"],
        cwd=tmp_path,
        env=installed.env,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        with urlopen(f"{url}/api/v1/events?limit=1000") as answer:
            events = json.load(answer)["events"]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert len(events) > 100
