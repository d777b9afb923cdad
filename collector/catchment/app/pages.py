"""The first page: where a person who opens the address in a browser goes on from."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from catchment import __version__

_PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Catchment</title>
<style>
  body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto }}
  code {{ background: #8882; padding: 0.1em 0.3em }}
</style>
<h1>Catchment</h1>
<p>Where data came from, and what follows from it. Version {__version__}.</p>
<ul>
  <li><a href="/docs">The API</a>, to read and to try (<a href="/openapi.json">as OpenAPI</a>)
  <li><a href="/api/v1/namespaces">Namespaces</a>, <a href="/api/v1/jobs?limit=20">jobs</a>,
    <a href="/api/v1/events?limit=20">the log</a>
  <li><a href="/health/ready">Health</a>, <a href="/metrics">figures of this process</a>
</ul>
<p>Events are sent to <code>POST /api/v1/lineage</code>. In a terminal,
<code>catchment lineage</code> draws what is known.</p>
</html>
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
}


async def _first(_request: Request) -> Response:
    return HTMLResponse(_PAGE, headers=_HEADERS)


def routes() -> list[Route]:
    """`/`, for browsers."""
    return [Route("/", _first, methods=["GET"])]
