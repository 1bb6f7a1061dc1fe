"""Runs of the reference broker are runs of the model of idempotence; runs with a mistake in them are not."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_models.validation.corrupt import KINDS, corruptions
from nilometer_models.validation.events import Event
from nilometer_models.validation.frontier import validate
from nilometer_models.validation.readings.idempotence import parts
from tests.models.validation.readings.runs import recorded
from tests.reference.harness import Client
from tests.reference.requests import batch, make_topic, produce

Batch = tuple[int, int, int]
"""producer id, epoch, sequence"""


def run(batches: list[Batch]) -> list[Event]:
    """One-record batches, in the order in which they arrive."""
    cluster, recorder = recorded()
    make_topic(cluster)
    client = cluster.client()
    for one in batches:
        send(client, one)
    return recorder.events


def send(client: Client, one: Batch) -> None:
    producer_id, epoch, sequence = one
    produce(client, batch(1, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence))


def verdicts(events: list[Event]) -> list[str]:
    return [validate(part.reading, part.events).word for part in parts(events)]


@st.composite
def conversations(draw: st.DrawFn) -> list[Batch]:
    """What arrives from two clients that retry, lose answers and begin new epochs; each in its own order."""
    streams = []
    for producer_id in (3, 8):
        stream: list[Batch] = []
        epoch = sequence = 0
        for kind in draw(st.lists(st.sampled_from(["new", "new", "new", "again"]), max_size=6)):
            if kind == "new":
                stream.append((producer_id, epoch, sequence))
                sequence += 1
            elif stream:
                stream.append(stream[-1])
        streams.append(stream)
    order = draw(st.permutations([0] * len(streams[0]) + [1] * len(streams[1])))
    taken = [iter(stream) for stream in streams]
    return [next(taken[which]) for which in order]


@settings(max_examples=30)
@given(conversations())
def test_what_producers_do_is_a_run_of_the_model(batches: list[Batch]) -> None:
    assert set(verdicts(run(batches))) <= {"accepted"}


def test_a_gap_is_refused_by_broker_and_model_alike() -> None:
    assert verdicts(run([(3, 0, 0), (3, 0, 1), (3, 0, 0)])) == ["accepted"]


def test_every_producer_on_every_partition_is_a_run_of_its_own() -> None:
    events = run([(3, 0, 0), (8, 0, 0), (3, 0, 1)])
    assert [part.title for part in parts(events)] == ["t-0, producer 3", "t-0, producer 8"]


def test_batches_of_several_records_are_not_read() -> None:
    cluster, recorder = recorded()
    make_topic(cluster)
    produce(cluster.client(), batch(2, producer_id=3, producer_epoch=0, base_sequence=0))
    assert not list(parts(recorder.events))


def test_a_restart_keeps_what_was_remembered() -> None:
    cluster, recorder = recorded()
    make_topic(cluster)
    send(cluster.client(), (3, 0, 0))
    cluster.stop()
    cluster.restart()
    for sequence in (0, 1):
        send(cluster.client(), (3, 0, sequence))
    assert verdicts(recorder.events) == ["accepted"]
    assert any(event.name == "Restart" for part in parts(recorder.events) for event in part.events)


def altered(change: Callable[[Event], Event], at: int) -> list[Event]:
    events = run([(3, 0, 0), (3, 0, 1), (3, 0, 1), (3, 0, 2)])
    appends = [index for index, event in enumerate(events) if event.name == "Append"]
    events[appends[at]] = change(events[appends[at]])
    return events


def observing(**fields: object) -> Callable[[Event], Event]:
    return lambda event: replace(event, observed={**event.observed, **fields})


@pytest.mark.parametrize(
    ("at", "change"),
    [
        (2, observing(is_duplicate=False, base_offset=7)),  # the retry is appended: a duplicate
        (2, observing(base_offset=0)),  # the retry is told another batch's offset
        (1, observing(is_duplicate=True)),  # what is new is taken for a retry: a loss
    ],
)
def test_a_broker_that_does_otherwise_is_refused(at: int, change: Callable[[Event], Event]) -> None:
    assert verdicts(altered(change, at)) == ["refused"]


def test_corrupted_runs_are_refused() -> None:
    """Without retries every event rests on the one before it: only the loss of the last one is a run again."""
    (part,) = parts(run([(3, 0, sequence) for sequence in range(6)]))
    tried: Counter[str] = Counter()
    for kind, at, log in itertools.islice(corruptions(part.events, random.Random(11)), 60):
        is_last = kind == "drop" and at == len(part.events) - 1
        assert validate(part.reading, log).accepted == is_last, (kind, at)
        tried[kind] += 1
    assert set(tried) == set(KINDS)
