"""What a browser is shown: pages that come with the service and ask nobody else."""

import re

import pytest

from tests.integration.http.conftest import Collector, StartCollector


def links(text: str) -> set[str]:
    """Everything that a page names for a browser to fetch or to follow."""
    quoted = re.findall(r"""(?:href|src|url)\s*[=:]\s*["']([^"']+)["']""", text)
    return set(quoted)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_lead_to_what_is_there_and_nowhere_else(server: Collector, path: str) -> None:
    page = server.client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    found = links(page.text)
    assert len(found) >= 4 if path == "/docs" else len(found) >= 6
    assert "//" not in "".join(found).replace("http://127.0.0.1", "")
    for link in found:
        assert server.client.get(link).status_code == 200, link


def test_pages_are_open_where_keys_are_asked_for(start: StartCollector) -> None:
    server = start(auth="keys")
    for path in ("/", "/docs", *links(server.client.get("/docs").text)):
        assert server.client.get(path).status_code == 200, path
    assert server.client.post("/", content=b"{}").status_code == 401
