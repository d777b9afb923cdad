"""Catchment as a user has it: the wheel, installed, and nothing of the checkout."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.integration.http.conftest import environment
from tests.integration.postgres.conftest import data_dir

__all__ = ["data_dir", "installed"]

ROOT = Path(__file__).parents[2]


def run(module: str, *arguments: str | Path) -> None:
    """`python -m module ...` of this environment."""
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, capture_output=True)


def without_the_checkout(**settings: object) -> dict[str, str]:
    """The environment of a user who has set only this."""
    env = environment(**settings)
    env.pop("PYTHONPATH", None)
    return env


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `catchment` command of an environment of its own, into which the wheel was installed.

    What it depends on is read from this environment, so that no index is asked.
    """
    folder = tmp_path_factory.mktemp("installed")
    run("build", "--no-isolation", "--wheel", "--outdir", folder, ROOT)
    [wheel] = folder.glob("catchment-*.whl")
    home = folder / "venv"
    venv.create(home, with_pip=False)
    [site] = home.glob("lib/python*/site-packages")
    # A line of a .pth file is one directory: the link to the checkout that lies in it is not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run("pip", "--python", home / "bin/python", "install", "--no-deps", "--no-index", wheel)
    where = subprocess.run(
        [home / "bin/python", "-c", "import catchment; print(catchment.__file__)"],
        cwd=folder,
        env=without_the_checkout(),
        capture_output=True,
        check=True,
    )
    assert str(site) in where.stdout.decode()
    return home / "bin/catchment"
