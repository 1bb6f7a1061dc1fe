"""The samples of `docs/samples/`, on the reference broker and on Apache Kafka; and what the guide's own do."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from confluent_kafka import OFFSET_INVALID, Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from tests.waiting import eventually

Name = Callable[[str], str]
SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


def sample(title: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"sample_{title}", SAMPLES / f"{title}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def admin(bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap})


@pytest.fixture
def topic(admin: AdminClient, name: Name) -> str:
    made = name("orders")
    admin.create_topics([NewTopic(made, 3, 1)])[made].result(30)
    return made


def fill(bootstrap: str, topic: str, count: int, partition: int = 0) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(count):
        producer.produce(topic, str(number).encode(), partition=partition, timestamp=1_700_000_000_000 + 1000 * number)
    assert producer.flush(30) == 0


@pytest.mark.parametrize("title", sorted(path.stem for path in SAMPLES.glob("*.py")))
def test_every_sample_says_how_to_run_it(title: str) -> None:
    assert f"python docs/samples/{title}.py BOOTSTRAP" in (SAMPLES / f"{title}.py").read_text("utf-8")


def test_the_producer_delivers_everything_and_says_so(bootstrap: str, topic: str) -> None:
    done = subprocess.run(
        [sys.executable, SAMPLES / "producer.py", bootstrap, topic],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("1000 delivered, 0 failed\n", 0), done.stderr
    ends = [consumer_end(bootstrap, topic, partition) for partition in range(3)]
    assert sum(ends) == 1000


def consumer_end(bootstrap: str, topic: str, partition: int) -> int:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "ends"})
    try:
        return int(consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)[1])
    finally:
        consumer.close()


def test_the_producer_reports_what_could_not_be_delivered(bootstrap: str, admin: AdminClient, name: Name) -> None:
    small = name("small")
    admin.create_topics([NewTopic(small, 1, 1, config={"max.message.bytes": "100"})])[small].result(30)
    module = sample("producer")
    result = module.produce(bootstrap, small, [module.Order(1, "c" * 500)])
    assert result.delivered == 0
    assert "MSG_SIZE_TOO_LARGE" in result.failed[0] or "too large" in result.failed[0]


def test_the_consumer_processes_everything_before_it_commits(bootstrap: str, topic: str, name: Name) -> None:
    fill(bootstrap, topic, 20)
    seen: list[bytes | None] = []
    processor = sample("consumer").Processor(bootstrap, name("group"), print)

    def process(message: Message) -> None:
        seen.append(message.value())
        if len(seen) == 20:
            processor.stop()

    processor.process = process
    thread = threading.Thread(target=processor.run, args=[topic])
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert seen == [str(number).encode() for number in range(20)]


def test_the_pipeline_moves_every_message_once_although_transactions_abort(
    bootstrap: str, admin: AdminClient, topic: str, name: Name
) -> None:
    target, group = name("processed"), name("group")
    admin.create_topics([NewTopic(target, 1, 1)])[target].result(30)
    fill(bootstrap, topic, 10)
    failures: set[bytes] = set()

    def transform(value: bytes) -> bytes:
        if int(value) % 2 and value not in failures:
            failures.add(value)
            time.sleep(int(value) / 4_000)  # so that the abort meets what was produced on its way, sooner or later
            raise ValueError("a step that fails once")
        return b"<" + value + b">"

    pipeline = sample("exactly_once").Pipeline(
        bootstrap, topic, target, group, transactional_id=name("id"), transform=transform
    )
    moved, failed = 0, 0
    while moved < 10:
        try:
            moved += pipeline.step(2)
        except ValueError:
            failed += 1
    pipeline.close()
    assert failed == 5
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": name("reader"), "isolation.level": "read_committed"})
    reader.assign([TopicPartition(target, 0, 0)])
    values = [message.value() for message in reader.consume(11, 5)]
    reader.close()
    assert values == [f"<{number}>".encode() for number in range(10)]


def test_a_second_pipeline_of_the_same_id_fences_the_first(bootstrap: str, topic: str, name: Name) -> None:
    module, group, transactional_id, target = sample("exactly_once"), name("group"), name("id"), name("target")
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(target, 1, 1)])[target].result(30)
    fill(bootstrap, topic, 5)
    first = module.Pipeline(bootstrap, topic, target, group, transactional_id=transactional_id, transform=bytes.upper)
    while not first.step(1):
        pass
    second = module.Pipeline(bootstrap, topic, target, group, transactional_id=transactional_id, transform=bytes.upper)
    with pytest.raises(module.Fenced):
        any(first.step(1) > 1 for _ in range(20))
    first.close()
    second.close()


def test_lag_counts_from_what_is_committed_or_still_there(bootstrap: str, topic: str, name: Name) -> None:
    module, group = sample("lag"), name("group")
    fill(bootstrap, topic, 10, partition=0)
    fill(bootstrap, topic, 4, partition=1)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    consumer.commit(offsets=[TopicPartition(topic, 0, 7)], asynchronous=False)
    consumer.close()
    lags = {lag.partition: lag for lag in module.lags(bootstrap, topic, group)}
    assert lags == {0: module.Lag(0, 7, 3), 1: module.Lag(1, None, 4), 2: module.Lag(2, None, 0)}
    assert [lag.partition for lag in module.alerts(bootstrap, topic, group, threshold=3)] == [1]


def test_a_topic_is_read_from_a_moment_on(bootstrap: str, topic: str, name: Name) -> None:
    module = sample("lag")
    fill(bootstrap, topic, 10)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": name("group")})
    assert module.start_at_time(consumer, topic, 0, 1_700_000_004_500) == 5
    assert [message.value() for message in consumer.consume(5, 10)] == [b"5", b"6", b"7", b"8", b"9"]
    assert module.start_at_time(consumer, topic, 0, 1_800_000_000_000) == -1
    consumer.close()


def test_the_administrator_creates_once_and_changes_one_setting(admin: AdminClient, name: Name) -> None:
    module, topic = sample("admin"), name("orders")
    assert module.create_topic(admin, topic, replication_factor=1)
    assert not module.create_topic(admin, topic, replication_factor=1)
    before = module.settings(admin, topic)
    module.change_setting(admin, topic, "retention.ms", "1000")
    eventually(lambda: module.settings(admin, topic)["retention.ms"] == "1000")
    after = module.settings(admin, topic)
    assert after.pop("retention.ms") == "1000"
    assert before.pop("retention.ms") == "604800000"
    assert after == before
    with pytest.raises(KafkaException, match=r"(?i)replication"):
        module.create_topic(admin, name("orders"), replication_factor=3)


# What the guide prints, and what then happens


@pytest.mark.parametrize(
    ("kind", "setting", "value"),
    [(Producer, "buffer.memory", 67108864), (Consumer, "fetch.max.wait.ms", 500)],
)
def test_settings_of_the_java_client_are_refused_by_librdkafka(kind: type, setting: str, value: int) -> None:
    with pytest.raises(KafkaException, match="No such configuration property"):
        kind({"bootstrap.servers": "127.0.0.1:1", "group.id": "g", setting: value})


def test_seek_to_committed_does_not_exist() -> None:
    assert not hasattr(Consumer, "seek_to_committed")


def test_seeking_a_partition_that_is_not_assigned_is_an_error(bootstrap: str, topic: str, name: Name) -> None:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": name("monitor")})
    with pytest.raises(KafkaException, match=r"UNKNOWN_PARTITION|state"):
        consumer.seek(TopicPartition(topic, 0, 5))
    consumer.close()


def test_positions_of_partitions_without_a_message_commit_nothing(bootstrap: str, topic: str, name: Name) -> None:
    """`consumer.position(consumer.assignment())` in a transaction: it commits, the offset does not."""
    group = name("group")
    fill(bootstrap, topic, 1)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "latest"})
    consumer.subscribe([topic])
    while not consumer.assignment():
        consumer.poll(0.1)
    positions = consumer.position(consumer.assignment())
    assert {at.offset for at in positions} == {OFFSET_INVALID}
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": name("id")})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), 30)
    producer.commit_transaction(30)
    assert {at.offset for at in consumer.committed(consumer.assignment(), timeout=30)} == {OFFSET_INVALID}
    consumer.close()
