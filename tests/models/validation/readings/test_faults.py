"""Bugs of the reference broker that its events can show: with each switched on, its run is refused by the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nilometer_models.validation.events import Event
from nilometer_models.validation.frontier import validate
from nilometer_models.validation.readings import READINGS
from nilometer_reference.faults.catalogue import all_faults
from nilometer_reference.wire.errors import KafkaError
from tests.models.validation.readings.runs import recorded
from tests.models.validation.readings.test_idempotence import Batch, send
from tests.models.validation.readings.test_transactions import Application
from tests.reference.harness import START_MS
from tests.reference.requests import batch, make_topic, produce

Scenario = Callable[[], list[Event]]


def sends(*batches: Batch) -> Scenario:
    def run() -> list[Event]:
        cluster, recorder = recorded()
        make_topic(cluster)
        for one in batches:
            send(cluster.client(), one)
        return recorder.events

    return run


def sends_again_what_was_refused() -> list[Event]:
    """The first time with a timestamp that is too far in the future."""
    cluster, recorder = recorded()
    make_topic(cluster)
    for timestamp in (10**15, START_MS):
        one = batch(1, producer_id=3, producer_epoch=0, base_sequence=0, timestamp=timestamp)
        produce(cluster.client(), one)
    return recorder.events


def deletes_everything_and_goes_on() -> list[Event]:
    cluster, recorder = recorded()
    make_topic(cluster)
    send(cluster.client(), (3, 0, 0))
    cluster.broker.partition("t", 0).delete_records(-1)
    send(cluster.client(), (3, 0, 1))
    return recorder.events


def writes_without_a_part_in_the_transaction() -> list[Event]:
    application = Application(version=1)
    application.init()
    application.write(0)
    producer_id, epoch = application.identity
    late = batch(1, producer_id=producer_id, producer_epoch=epoch, base_sequence=0, transactional=True)
    produce(application.cluster.client(), late, index=1, version=11, transactional_id=application.name)
    return application.events


def ends_twice() -> list[Event]:
    application = Application()
    application.init()
    for _ in range(2):
        application.write(0)
        application.end()
    return application.events


def takes_too_long() -> list[Event]:
    application = Application()
    application.init()
    application.write(0)
    application.cluster.advance(120_000)
    return application.events


def restarts_in_the_middle() -> list[Event]:
    application = Application()
    application.init()
    application.write(0)
    application.cluster.kill()
    application.cluster.restart()
    try:
        application.write(1)
        application.end()
    except KafkaError:
        pass  # the coordinator does not know the transaction: the events say so
    return application.events


SCENARIOS: dict[str, tuple[str, Scenario]] = {
    "B027": ("idempotence", sends((3, 0, 0), (3, 0, 0))),
    "B028": ("idempotence", sends((3, 0, 0), (3, 0, 1), (3, 0, 0))),
    "B029": ("idempotence", sends((3, 0, 0), (3, 0, 1), (3, 0, 0))),
    "B030": ("idempotence", sends_again_what_was_refused),
    "B032": ("idempotence", deletes_everything_and_goes_on),
    "B036": ("transactions", writes_without_a_part_in_the_transaction),
    "B039": ("transactions", ends_twice),
    "B040": ("transactions", takes_too_long),
    "B048": ("transactions", restarts_in_the_middle),
}


def words(model: str, events: list[Event]) -> set[str]:
    return {validate(part.reading, part.events).word for part in READINGS[model](events)}


@pytest.fixture
def bug(request: pytest.FixtureRequest) -> Iterator[str]:
    fault = all_faults()[request.param]
    fault.switch_on()
    yield fault.id
    fault.switch_off()


@pytest.mark.parametrize("name", SCENARIOS)
def test_without_the_bug_the_run_is_accepted(name: str) -> None:
    model, scenario = SCENARIOS[name]
    assert words(model, scenario()) == {"accepted"}


@pytest.mark.parametrize("bug", SCENARIOS, indirect=True)
def test_with_the_bug_it_is_refused(bug: str) -> None:
    model, scenario = SCENARIOS[bug]
    assert words(model, scenario()) == {"refused"}
