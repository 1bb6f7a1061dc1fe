"""The client of a registry sends once, hides nothing, and says how an answer did not come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nilometer.clients.exchange import Journal
from nilometer.clients.raw import NoAnswer
from nilometer.clients.registry import HttpExchange, RegistryClient
from nilometer.verdict import NotObservable, Reason
from tests.conformance.faulty_registry import FaultyRegistry, HangUp, Passing


class Echo:
    """Answers every request itself, and remembers it."""

    def __init__(self) -> None:
        self.seen: list[Passing] = []
        self.answer: tuple[int, Any] = (200, {})

    def __call__(self, passing: Passing) -> tuple[int, Any]:
        self.seen.append(passing)
        if self.answer[0] == 0:
            raise HangUp
        return self.answer


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def client(echo: Echo) -> Iterator[RegistryClient]:
    with (
        FaultyRegistry("http://127.0.0.1:1", on_request=echo) as registry,
        RegistryClient(("127.0.0.1", registry.server_address[1]), Journal(), base="/base", client_id="me") as client,
    ):
        yield client


def test_a_request_carries_what_it_was_told(client: RegistryClient, echo: Echo) -> None:
    client.register("a/b", '"int"', references=[{"name": "n"}], normalize=True, id=7)
    client.look_up("s", '"int"', type="JSON", deleted=False)
    client.compatible("s", '"int"', None, verbose=True)
    client.delete_version("s", 3, permanent=True)
    client.set_mode("s", "IMPORT", force=True)
    assert [(one.method, one.path, one.query) for one in echo.seen] == [
        ("POST", "/base/subjects/a%2Fb/versions", {"normalize": "true"}),
        ("POST", "/base/subjects/s", {"deleted": "false"}),
        ("POST", "/base/compatibility/subjects/s/versions", {"verbose": "true"}),
        ("DELETE", "/base/subjects/s/versions/3", {"permanent": "true"}),
        ("PUT", "/base/mode/s", {"force": "true"}),
    ]
    assert echo.seen[0].body == {"schema": '"int"', "references": [{"name": "n"}], "id": 7}
    assert echo.seen[1].body == {"schema": '"int"', "schemaType": "JSON"}


def test_an_exchange_is_evidence(client: RegistryClient, echo: Echo) -> None:
    echo.answer = 404, {"error_code": 40401, "message": "no"}
    found = client.versions("s")
    assert (found.status, found.code, found.outcome) == (404, 40401, "404 40401")
    step = found.step(client.journal.origin_ns)
    assert (step.api, step.version, step.actor, step.request) == ("GET", None, "me", "/base/subjects/s/versions")
    assert "40401" in step.response
    assert client.journal.recent(1) == [found]


def test_a_step_of_the_preparation_that_is_refused_is_not_observable(client: RegistryClient, echo: Echo) -> None:
    echo.answer = 422, {"error_code": 42201, "message": "no Avro"}
    with pytest.raises(NotObservable, match="422 42201") as refused:
        client.register("s", "{").needed()
    assert refused.value.reason is Reason.REFUSED


def test_an_answer_that_is_no_json_has_no_value_and_no_code(client: RegistryClient, echo: Echo) -> None:
    echo.answer = 405, b"<html>"
    found = client.version("s")
    assert (found.value, found.code, found.text) == (None, None, "<html>")
    assert found.outcome == "405 without an error_code"


def test_no_answer_is_said_and_nothing_is_sent_again(client: RegistryClient, echo: Echo) -> None:
    echo.answer = 0, None
    with pytest.raises(NoAnswer):
        client.by_id(1)
    assert len(echo.seen) == 1
    (kept,) = client.journal.recent(5)
    assert isinstance(kept, HttpExchange)
    assert kept.fault
    assert kept.took_ms is None
    echo.answer = 200, {}
    assert client.by_id(1).ok, "the next request opens a connection of its own"


def test_one_connection_serves_several_requests(client: RegistryClient) -> None:
    client.by_id(1)
    first = client._connection.sock
    client.by_id(2)
    assert client._connection.sock is first
