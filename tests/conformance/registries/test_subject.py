"""The registry of a run: life signs, and what was made is deleted."""

from __future__ import annotations

import pytest

from nilometer.registries.connecting import connect_registry
from nilometer.registries.subject import RegistrySubject
from nilometer.requirements.schemas._schemas import record, text
from nilometer.settings import Settings
from nilometer.targets.registries import RegistryAddressTarget
from nilometer.targets.target import Kind
from tests.conformance.faulty_registry import FaultyRegistry
from tests.conformance.requirements.schemas.conftest import honest_registry

__all__ = ["honest_registry"]  # the fixture
SETTINGS = Settings()


@pytest.fixture
def subject(honest_registry: str) -> RegistrySubject:
    target = RegistryAddressTarget("r", honest_registry)
    target.start()
    return connect_registry(target, SETTINGS)


def test_it_is_a_registry_at_its_url(subject: RegistrySubject, honest_registry: str) -> None:
    assert subject.kind is Kind.REGISTRY
    assert subject.url == honest_registry
    assert subject.answers(5.0)


def test_one_that_does_not_answer_is_not_alive(subject: RegistrySubject) -> None:
    with FaultyRegistry("http://127.0.0.1:1", on_request=lambda _: (500, {})) as registry:
        subject.bootstrap[:] = [("127.0.0.1", registry.server_address[1])]
        assert not subject.answers(5.0)
    subject.bootstrap[:] = [("127.0.0.1", 1)]
    assert not subject.answers(1.0)


def test_everything_that_was_made_goes_also_what_is_referred_to_and_what_is_closed(subject: RegistrySubject) -> None:
    names = [f"clean-{SETTINGS.run_id}-{word}" for word in ("user", "target", "closed")]
    subject.topics = list(names)
    with subject.registry(SETTINGS) as client:
        client.register(names[1], text(record("k.T", "a"))).needed()
        reference = {"name": "k.T", "subject": names[1], "version": 1}
        client.register(names[0], text(record("k.U", ("t", "k.T"))), references=[reference]).needed()
        client.register(names[2], text(record("k.V", "a"))).needed()
        client.set_mode(names[2], "READONLY").needed()
        assert sorted(subject.leftovers(SETTINGS)) == sorted(names)
        subject.clean_up(SETTINGS)
        assert subject.topics == []
        assert subject.leftovers(SETTINGS) == []
        assert not any(client.versions(name, deleted=True).ok for name in names)


def test_a_context_of_our_own_is_asked_to_go_with_its_subjects(honest_registry: str) -> None:
    seen: list[tuple[str, str]] = []
    with FaultyRegistry(
        honest_registry, on_response=lambda passing: seen.append((passing.method, passing.path))
    ) as registry:
        target = RegistryAddressTarget("r", registry.url)
        target.start()
        subject = connect_registry(target, SETTINGS)
        name = f":.ours-{SETTINGS.run_id}:s"
        subject.topics = [name]
        with subject.registry(SETTINGS) as client:
            client.register(name, '"int"').needed()
        subject.clean_up(SETTINGS)
    assert seen[-1] == ("DELETE", f"/contexts/.ours-{SETTINGS.run_id}")


def test_what_cannot_be_deleted_is_said(subject: RegistrySubject, honest_registry: str) -> None:
    name = f"stays-{SETTINGS.run_id}"
    with subject.registry(SETTINGS) as client:
        client.register(name, '"int"').needed()
    subject.topics = [name]
    with FaultyRegistry(
        honest_registry, on_request=lambda passing: (500, {}) if passing.method == "DELETE" else None
    ) as registry:
        subject.bootstrap[:] = [("127.0.0.1", registry.server_address[1])]
        subject.clean_up(SETTINGS)
        assert subject.leftovers(SETTINGS) == [name]
    assert subject.leftovers(SETTINGS) == [name], "nobody answers: it may be there"
