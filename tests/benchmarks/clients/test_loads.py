"""Small runs against the reference broker: what is counted is what the broker holds."""

from collections.abc import Iterator

import pytest

pytest.importorskip("confluent_kafka", reason="librdkafka comes with confluent-kafka")

from benchmarks.clients import loads
from benchmarks.clients.brokers import KAFKA_JVM_OPTIONS, Topics, make_target, process_groups
from benchmarks.clients.cells import CELLS, Cell, Load
from benchmarks.clients.librdkafka import CONSUMER, PRODUCER, Client, ClientError
from benchmarks.clients.loads import Limits
from nilometer.targets import Target

LIMITS = Limits(0.1, 200_000)


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with make_target("structural") as target:
        yield target


@pytest.fixture(scope="module")
def topics(target: Target) -> Topics:
    return Topics(target)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.load is Load.PRODUCE], ids=lambda cell: cell.name)
def test_all_that_was_produced_is_in_the_log(target: Target, topics: Topics, cell: Cell) -> None:
    bootstrap, topic = target.endpoint.text, topics.create()
    measured = loads.produce(bootstrap, topic, cell, LIMITS, process_groups(target))
    assert measured.messages >= cell.messages_a_call
    assert measured.rate > 0
    with Client(CONSUMER, bootstrap, topic, {}) as client:
        assert client.watermarks() == (0, measured.messages + 1)


def test_bytes_bound_a_round_however_long_it_may_last(target: Target, topics: Topics) -> None:
    cell = Cell("bounded", Load.PRODUCE, 100, messages_a_call=500)
    measured = loads.produce(target.endpoint.text, topics.create(), cell, Limits(60, 200_000), [])
    assert measured.messages == 2000


def test_a_topic_is_read_whole_as_often_as_there_is_time(target: Target, topics: Topics) -> None:
    cell = next(cell for cell in CELLS if cell.load is Load.CONSUME)
    bootstrap, topic = target.endpoint.text, topics.create()
    filled = loads.fill(bootstrap, topic, cell, 2_000_000)
    assert filled == 20_000
    assert loads.consume(bootstrap, topic, cell, LIMITS, [], filled).messages % filled == 0


def test_a_log_that_holds_less_than_was_promised_is_an_error(target: Target, topics: Topics) -> None:
    bootstrap, topic = target.endpoint.text, topics.create()
    with Client(PRODUCER, bootstrap, topic, {}) as client:
        client.produce(client.prepare(b"x", 10))
        client.flush(10)
    with (
        Client(CONSUMER, bootstrap, topic, {}) as client,
        pytest.raises(ClientError, match="10 of 11 messages"),
    ):
        client.consume_from_start(11, 0.5)


def test_latency_has_a_value_for_each_message(target: Target, topics: Topics) -> None:
    cell = next(cell for cell in CELLS if cell.load is Load.LATENCY)
    measured = loads.latency(target.endpoint.text, topics.create(), cell, LIMITS, [])
    assert measured.messages == 100
    assert 0 < measured.p50_us <= measured.p99_us


def test_a_setting_that_librdkafka_does_not_know_is_refused() -> None:
    with pytest.raises(ClientError, match="No such configuration property"):
        Client(PRODUCER, "127.0.0.1:1", "t", {"no.such.setting": 1})


def test_kafka_is_measured_with_its_second_compiler() -> None:
    assert not [option for option in KAFKA_JVM_OPTIONS if "TieredStopAtLevel" in option or "SerialGC" in option]
