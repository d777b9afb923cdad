"""What is built holds everything that the program reads, and works without the checkout."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

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
    assert expected <= names
    assert not [name for name in names if name.startswith("tests")]


def test_the_source_distribution_builds_the_same(built: Path) -> None:
    [archive] = built.glob("catchment-*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"migrations/0001_create_log_and_graph.sql", "hatch_build.py"} <= names


def test_the_emitters_bring_their_package_only(built: Path) -> None:
    [wheel] = built.glob("catchment_emitters-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"catchment_emitters"}


def test_an_installed_wheel_works_from_anywhere(
    built: Path, tmp_path: Path, database_url: str
) -> None:
    [wheel] = built.glob("catchment-*.whl")
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    # Its dependencies are those of this environment; the checkout is not among them.
    env = {name: value for name, value in os.environ.items() if not name.startswith("CATCHMENT_")}
    env |= {"PYTHONPATH": os.pathsep.join([str(site), sysconfig.get_path("purelib")])}
    python = str(home / "bin/python")
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
