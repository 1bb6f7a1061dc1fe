"""Runs of the reference broker are runs of the model of transactions; runs with a mistake in them are not."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_models.validation.corrupt import corruptions
from nilometer_models.validation.events import Event
from nilometer_models.validation.frontier import validate
from nilometer_models.validation.readings.transactions import parts
from nilometer_reference.wire.errors import KafkaError
from tests.models.validation.readings.runs import recorded
from tests.reference.requests import batch, make_topic, produce

Identity = tuple[int, int]


class Application:
    """One transactional id of a recorded broker, driven step by step."""

    def __init__(self, name: str = "x", version: int = 2, partitions: int = 2) -> None:
        self.cluster, self.recorder = recorded()
        make_topic(self.cluster, partitions=partitions)
        self.name, self.version = name, version
        self.identity: Identity = (-1, -1)
        self.sequences: Counter[int] = Counter()

    def init(self) -> None:
        """A new instance; an open transaction is aborted first."""
        for _ in range(2):
            try:
                self.identity = self.cluster.broker.transactions.init_producer_id(
                    self.name, 60_000, producer_id=-1, producer_epoch=-1, now_ms=self.cluster.now_ms
                )
            except KafkaError:
                continue
            break
        self.sequences.clear()

    def write(self, partition: int = 0, identity: Identity | None = None) -> int:
        """One record; the error code."""
        producer_id, epoch = identity or self.identity
        if self.version == 1:
            self.cluster.broker.transactions.add_partitions(
                self.name, producer_id, epoch, [("t", partition)], client_transaction_version=1,
                now_ms=self.cluster.now_ms,
            )  # fmt: skip
        sent = batch(
            1, producer_id=producer_id, producer_epoch=epoch, base_sequence=self.sequences[partition],
            transactional=True,
        )  # fmt: skip
        version = 12 if self.version == 2 else 11
        answer = produce(self.cluster.client(), sent, index=partition, version=version, transactional_id=self.name)
        self.sequences[partition] += answer.error_code == 0
        return answer.error_code

    def end(self, commit: bool = True) -> None:
        before = self.identity
        self.identity = self.cluster.broker.transactions.end_transaction(
            self.name, *self.identity, commit=commit, client_transaction_version=self.version,
            now_ms=self.cluster.now_ms,
        )  # fmt: skip
        if self.identity != before:
            self.sequences.clear()

    @property
    def events(self) -> list[Event]:
        return self.recorder.events


def verdicts(events: list[Event]) -> list[str]:
    return [str(validate(part.reading, part.events)) for part in parts(events)]


def assert_accepted(events: list[Event]) -> None:
    found = verdicts(events)
    assert found
    assert all(verdict.startswith("accepted") for verdict in found), found


@pytest.mark.parametrize("version", [1, 2])
@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.tuples(st.sets(st.integers(0, 1), min_size=1), st.booleans()), min_size=1, max_size=3))
def test_transactions_of_one_instance_are_a_run_of_the_model(version: int, steps: list[tuple[set[int], bool]]) -> None:
    application = Application(version=version)
    application.init()
    for partitions, commit in steps:
        for partition in sorted(partitions):
            assert application.write(partition) == 0
        application.end(commit)
    assert_accepted(application.events)


@pytest.mark.parametrize("version", [1, 2])
def test_a_second_instance_that_fences_the_first_is_a_run_of_the_model(version: int) -> None:
    application = Application(version=version)
    application.init()
    application.write(0)
    first = application.identity
    application.init()
    if version == 2:
        assert application.write(1, identity=first) != 0
    application.write(1)
    application.end()
    assert_accepted(application.events)


def test_a_transaction_that_takes_too_long_is_a_run_of_the_model() -> None:
    application = Application()
    application.init()
    application.write(0)
    application.cluster.advance(120_000)
    assert application.write(1) != 0
    assert_accepted(application.events)


def test_a_restart_in_the_middle_of_a_transaction_is_a_run_of_the_model() -> None:
    application = Application()
    application.init()
    application.write(0)
    application.cluster.kill()
    application.cluster.restart()
    application.write(1)
    application.end()
    assert_accepted(application.events)


def test_partitions_that_are_added_by_one_request_are_a_run_of_the_model() -> None:
    application = Application(version=1)
    application.init()
    at = application.cluster.now_ms
    application.cluster.broker.transactions.add_partitions(
        "x", *application.identity, [("t", 0), ("t", 1)], client_transaction_version=1, now_ms=at
    )
    for partition in (0, 1):
        application.write(partition)
    application.end()
    assert_accepted(application.events)


def a_run() -> list[Event]:
    application = Application()
    application.init()
    for commit in (True, False):
        for partition in (0, 1):
            application.write(partition)
        application.end(commit)
    return application.events


def observing(name: str, nth: int, **fields: object) -> Callable[[list[Event]], None]:
    def change(events: list[Event]) -> None:
        at = [index for index, event in enumerate(events) if event.name == name][nth]
        events[at] = replace(events[at], observed={**events[at].observed, **fields})

    return change


def saying(name: str, nth: int, **fields: object) -> Callable[[list[Event]], None]:
    def change(events: list[Event]) -> None:
        at = [index for index, event in enumerate(events) if event.name == name][nth]
        events[at] = replace(events[at], args={**events[at].args, **fields})

    return change


def without(name: str, nth: int) -> Callable[[list[Event]], None]:
    def change(events: list[Event]) -> None:
        del events[[index for index, event in enumerate(events) if event.name == name][nth]]

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("Marker", 0),  # complete, though a partition has no marker
        saying("Marker", 1, commit=False),  # one transaction, two outcomes
        without("Transaction", 1),  # a record of a transaction that the coordinator does not know
        observing("Transaction", 3, state="PrepareAbort"),  # committed, and aborted all the same
        observing("Transaction", 4, producer_epoch=7),  # an epoch from nowhere
        saying("Append", 2, producer_epoch=0),  # the epoch of the transaction before
    ],
)
def test_a_broker_that_does_otherwise_is_refused(change: Callable[[list[Event]], None]) -> None:
    events = a_run()
    assert_accepted(events)
    change(events)
    assert [verdict.split(" ")[0] for verdict in verdicts(events)] == ["refused"]


def test_corrupted_runs_are_refused() -> None:
    (part,) = parts(a_run())
    tried: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    for kind, at, log in itertools.islice(corruptions(part.events, random.Random(5)), 80):
        tried[kind] += 1
        if validate(part.reading, log).accepted:
            accepted[kind] += 1
            # Writes to two partitions may change places; the last event may be missing, and so may a record of the
            # transaction that is aborted: an abort does not wait for it.
            lost = part.events[at].name == "Append" and part.events[at].observed["epoch"] == 1
            assert kind == "swap" or (kind == "drop" and (lost or at == len(part.events) - 1)), (kind, part.events[at])
    assert tried["alter"]
    assert not accepted["alter"]
