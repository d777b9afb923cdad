"""Every figure that is promised moves when what it counts happens."""

import re

from tests.integration.http.conftest import StartCollector, event


def figures(text: str) -> dict[str, float]:
    """Series -> value."""
    lines = [line for line in text.splitlines() if line.startswith("catchment_")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_figures_move(start: StartCollector) -> None:
    server = start()
    first = event()
    assert server.post(first).status_code == 201
    assert server.post(first).status_code == 200
    assert server.post(b"{").status_code == 400
    assert server.batch([event(), event(), {}]).status_code == 200
    answer = server.client.get("/api/v1/lineage?nodeId=dataset:db:b&limit=1")
    assert answer.json()["truncated"] is True
    found = figures(server.client.get("/metrics").text)
    assert not [name for name in found if "_created" in name]
    expected = {
        'catchment_events_accepted_total{source="http"}': 3,
        'catchment_events_repeated_total{source="http"}': 1,
        'catchment_dead_letters_total{reason="not_json"}': 1,
        'catchment_dead_letters_total{reason="no_identity"}': 1,
        'catchment_events_refused_total{status="400"}': 1,
        'catchment_answers_cut_total{bound="nodes"}': 1,
        "catchment_database_up": 1,
        "catchment_queue_events": 0,
        "catchment_in_flight_bytes": 0,
    }
    assert {name: found[name] for name in expected} == expected
    for step in ("find", "merge", "store", "commit"):
        assert found[f'catchment_write_step_seconds_count{{step="{step}"}}'] >= 2, step
    for pool in ("read", "write"):
        assert found[f'catchment_pool_connections{{pool="{pool}"}}'] >= 1
    requests = {name: n for name, n in found.items() if "http_requests_total" in name}
    assert sum(requests.values()) == 5
    assert not [name for name in requests if re.search(r'route="[^"/]', name)]
