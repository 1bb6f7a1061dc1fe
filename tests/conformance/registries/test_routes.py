"""What a registry serves is found out without writing anything."""

from __future__ import annotations

import pytest

from nilometer.clients.exchange import Journal
from nilometer.clients.raw import NoAnswer
from nilometer.clients.registry import HttpExchange, RegistryClient
from nilometer.registries.routes import ALWAYS, CONTEXTS, NAMES, SET_MODE, Routes, find_routes, is_served
from nilometer.verdict import NotObservable, Reason
from tests.conformance.faulty_registry import FaultyRegistry, HangUp, Passing
from tests.conformance.requirements.schemas.conftest import honest_registry

__all__ = ["honest_registry"]  # the fixture


def answered(status: int, data: bytes = b"{}") -> HttpExchange:
    return HttpExchange(1, "n", "GET", "/", None, 0, status=status, data=data)


@pytest.mark.parametrize(("exchange", "served"), [
    (answered(200), True),
    (answered(404, b'{"error_code": 40401}'), True),
    (answered(422, b'{"error_code": 42203}'), True),
    (answered(404, b"404 page not found"), False),
    (answered(404, b'{"error_code": 404}'), False),
    (answered(405), False),
    (answered(501), False),
    (answered(500, b'{"error_code": 500}'), True),
])  # fmt: skip
def test_an_error_about_what_was_asked_is_an_answer(exchange: HttpExchange, served: bool) -> None:
    assert is_served(exchange) is served


def test_the_reference_serves_every_route_and_nothing_is_written(honest_registry: str) -> None:
    seen: list[Passing] = []
    with FaultyRegistry(honest_registry, on_response=seen.append) as registry:
        routes = find_routes(RegistryClient(("127.0.0.1", registry.server_address[1]), Journal()), "nobody-asks")
    assert routes.served == set(NAMES)
    assert routes.missing == []
    written = [one for one in seen if one.method in ("PUT", "DELETE") or one.is_registration]
    assert all(one.status in (404, 422) for one in written)


@pytest.mark.parametrize("times", [1, 2])
def test_a_probe_that_was_not_answered_is_asked_once_more(honest_registry: str, times: int) -> None:
    left = [times]

    def silent(passing: Passing) -> None:
        if passing.path.startswith("/schemas/guids/") and left[0]:
            left[0] -= 1
            raise HangUp

    with FaultyRegistry(honest_registry, on_request=silent) as registry:
        client = RegistryClient(("127.0.0.1", registry.server_address[1]), Journal())
        if times == 1:
            assert find_routes(client, "nobody-asks").missing == []
        else:
            with pytest.raises(NoAnswer, match="/schemas/guids/"):
                find_routes(client, "nobody-asks")


def test_a_route_that_is_not_there_is_not_applicable(honest_registry: str) -> None:
    def without_modes(passing: Passing) -> tuple[int, object] | None:
        return (404, b"not found") if passing.path.startswith("/mode") else None

    with FaultyRegistry(honest_registry, on_request=without_modes) as registry:
        routes = find_routes(RegistryClient(("127.0.0.1", registry.server_address[1]), Journal()), "nobody-asks")
    assert not routes.serves(SET_MODE)
    with pytest.raises(NotObservable, match="PUT /mode") as missing:
        routes.common(SET_MODE)
    assert missing.value.reason is Reason.API_NOT_SERVED
    assert routes.common(CONTEXTS) == 0


def test_what_every_registry_has_is_served() -> None:
    assert all(Routes({}, {}, frozenset(ALWAYS)).serves(name) for name in ALWAYS)
