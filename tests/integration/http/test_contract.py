"""Whatever is asked: what is answered is what /openapi.json says. Requests are made from it."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http import contract_world as world
from tests.integration.http.asking import KNOWN, Case, Json, Operation, cases, found
from tests.integration.http.conftest import Collector, collector
from tests.integration.http.test_keys import new_key

LONG = os.environ.get("CATCHMENT_TEST_PROFILE") == "long"
EXAMPLES = 100 if LONG else 10
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True)
class Contract:
    """A server with its own description, and a key to ask it with."""

    operations: list[Operation]
    known: Sequence[Json]
    session: requests.Session

    def check(self, case: Case) -> int:
        """Ask; the status, if the answer is as described."""
        return int(case.call_and_validate(checks=CHECKS, session=self.session).status_code)

    def each(self, subtests: pytest.Subtests, check: Callable[[Operation], None]) -> None:
        """Check every operation, whatever becomes of the others."""
        assert len(self.operations) > 20
        for operation in self.operations:
            with subtests.test(operation.label):
                check(operation)

    def fuzz(self, operation: Operation) -> None:
        """Ask it many things."""

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=not LONG,
        )
        @given(case=cases(operation, self.known))
        def ask(case: Case) -> None:
            self.check(case)

        ask()


def described(server: Collector, key: str | None = None, known: Sequence[Json] = KNOWN) -> Contract:
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    session = requests.Session()
    session.trust_env = False
    if key is not None:
        session.headers["authorization"] = f"Bearer {key}"
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    # Questions first: what is deleted is not found any more.
    operations.sort(key=lambda operation: operation.method != "get")
    return Contract(operations, known, session)


@pytest.fixture(scope="module")
def contract(server: Collector) -> Contract:
    world.fill(server)
    job = server.client.get(world.path("namespaces", world.SPACE, "jobs", world.JOB)).json()
    versioned = {"namespace": world.SPACE, "job": world.JOB, "version": job["currentVersion"]}
    return described(server, known=[*KNOWN, versioned])


@pytest.fixture(scope="module")
def locked(postgres_server: PostgresServer) -> Iterator[tuple[Collector, str]]:
    """A server that asks for keys, with a key that sees one namespace and no secrets."""
    with postgres_server.database(TEMPLATE) as url:
        with collector(database_url=url) as server:
            world.fill(server)
        key = new_key(url, "read", "ingest", namespaces=(world.SPACE,))
        with collector(database_url=url, auth="keys") as server:
            yield server, key


def test_what_there_is_is_answered_as_described(
    contract: Contract, subtests: pytest.Subtests
) -> None:
    def check(operation: Operation) -> None:
        if operation.method == "get":
            assert 200 in {contract.check(case) for case in found(operation, contract.known)}

    contract.each(subtests, check)


def test_whatever_is_asked_is_answered_as_described(
    contract: Contract, subtests: pytest.Subtests
) -> None:
    contract.each(subtests, contract.fuzz)


def test_so_it_is_for_a_key_that_sees_one_namespace(
    locked: tuple[Collector, str], subtests: pytest.Subtests
) -> None:
    contract = described(*locked)
    contract.each(subtests, contract.fuzz)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"origin": "http://elsewhere"}, 403), ({"host": "elsewhere"}, 421)],
)
def test_refusals_are_described(
    locked: tuple[Collector, str], headers: dict[str, str], status: int, subtests: pytest.Subtests
) -> None:
    contract = described(locked[0])

    def check(operation: Operation) -> None:
        [case, *_] = [*found(operation, KNOWN)]
        for name, value in headers.items():
            case.headers[name] = value
        opened = operation.path.startswith("/health/") and status == 401
        assert contract.check(case) == (200 if opened else status)

    contract.each(subtests, check)


def test_the_document_is_fit_for_generators_of_clients(server: Collector) -> None:
    document: Json = server.client.get("/openapi.json").json()
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and "_" not in name for name in names)
    for operation in operations:
        for parameter in operation.get("parameters", ()):
            assert "type" in parameter["schema"], parameter  # one type, and never null
        for status, response in operation["responses"].items():
            content = response["content"]
            assert ("application/problem+json" in content) == (int(status) >= 400), operation
            assert all("schema" in one for one in content.values())
    unresolved = set(references(document)) - set(document["components"]["schemas"])
    assert unresolved == set()
    assert set(document["components"]["schemas"]) == set(references(document))


def references(value: Any) -> Iterator[str]:
    """The names of all schemas that are referred to."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield str(value["$ref"]).rpartition("/")[2]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from references(one)
