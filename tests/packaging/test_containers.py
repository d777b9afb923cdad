"""The image and the compose file, as far as can be told without Docker."""

import re
from pathlib import Path

from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import collector

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()


def image_settings() -> dict[str, str]:
    """What the image sets, in the form of `collector`; its data dir is another machine's."""
    found = {
        name.lower(): value for name, value in re.findall(r"CATCHMENT_(\w+)=(\S+)", DOCKERFILE)
    }
    return {name: value for name, value in found.items() if name != "data_dir"}


def compose_settings() -> dict[str, str]:
    found = re.findall(r"^ +CATCHMENT_(\w+): ([^\s#]+)", COMPOSE, re.MULTILINE)
    return {name.lower(): value for name, value in found}


def test_it_answers_by_the_name_that_it_has_in_its_network(database_url: str) -> None:
    settings = image_settings() | compose_settings() | {"database_url": database_url}
    with collector(**settings) as server:
        for host in ("catchment:8765", "127.0.0.1:8765", "localhost:8765"):
            assert server.client.get("/health/ready", headers={"host": host}).status_code == 200
        assert server.client.get("/", headers={"host": "evil.example"}).status_code == 421


def test_the_image_alone_says_what_it_needs(database_url: str) -> None:
    refused = catchment("serve", database_url=database_url, **image_settings())  # type: ignore[arg-type]
    assert "CATCHMENT_AUTH: must be written out" in says(refused, 1)
    page = (ROOT / "docs/operate/index.md").read_text()
    assert page.count("docker run") == page.count("--env CATCHMENT_AUTH=")


def test_what_the_image_is_made_of_is_let_in() -> None:
    admitted = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source.split("/")[0] for line in lines for source in line.split()}
    assert sources == set(admitted)
    assert all((ROOT / source).exists() for source in sources)
