"""What the requirements of registries share."""

from __future__ import annotations

import json

import pytest

from nilometer.clients.registry import HttpExchange
from nilometer.registries.connecting import connect_registry
from nilometer.requirements.schemas._schemas import content, fresh, listed, record, registered, schema_of, text
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer.targets.registries import RegistryAddressTarget
from nilometer.verdict import NotObservable
from nilometer_models.schema.avro import parse
from tests.conformance.requiring import make_requirement


@pytest.fixture
def run(honest_registry: str) -> Run:
    target = RegistryAddressTarget("r", honest_registry)
    target.start()
    settings = Settings(seed=1)
    requirement = make_requirement(id="S99", name="schema.test")
    return Run(requirement, connect_registry(target, settings), settings, float("inf"))


def test_contents_differ_by_their_number(run: Run) -> None:
    assert content(run, 1) == content(run, 1) != content(run, 2)
    assert parse(content(run, 1)) is not None


def test_a_fresh_subject_takes_anything_and_is_remembered(run: Run) -> None:
    subject = fresh(run)
    assert subject in run.subject.topics
    assert registered(run, subject, content(run, 1)) != registered(run, subject, '"int"')


def test_a_registration_that_is_refused_is_not_observable(run: Run) -> None:
    with pytest.raises(NotObservable):
        registered(run, fresh(run), "{")


def test_a_list_of_nothing_is_empty_and_a_refused_one_is_not(run: Run) -> None:
    assert listed(run.registry.versions("nobody-has-this")) == []
    with pytest.raises(NotObservable):
        listed(run.registry.version(fresh(run), 0))


def test_a_schema_is_read_out_of_an_answer() -> None:
    def answer(data: object) -> HttpExchange:
        return HttpExchange(1, "n", "GET", "/", None, 0, status=200, data=json.dumps(data).encode())

    assert schema_of(answer({"schema": text(record("R", ("a", "int", 1)))})) == {
        "type": "record", "name": "R", "fields": [{"name": "a", "type": "int", "default": 1}],
    }  # fmt: skip
    assert schema_of(answer({"schema": "{"})) is None
    assert schema_of(answer([])) is None
