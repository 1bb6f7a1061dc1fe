"""`nilometer validate`: runs of unmodified clients against a recording broker are runs of the models."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from nilometer.cli.validate import validate_runs
from nilometer_models.validation.events import Event, to_line

PATIENCE_S = 60


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(validate_runs, [str(argument) for argument in arguments], catch_exceptions=False)


class Recording:
    """A broker as a process that records, with a topic of two partitions."""

    def __init__(self, file: Path) -> None:
        self.file = file
        command = [sys.executable, "-m", "nilometer_reference.server", "--port", "0", "--record", str(file)]
        command += ["--set", "group.initial.rebalance.delay.ms=0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        found = re.fullmatch(r"listening on (\S+)\n", self.process.stdout.readline())
        assert found is not None
        self.bootstrap = found[1]

    def make_topic(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap})  # must live until its future is done
        admin.create_topics([NewTopic("t", 2, 1)])["t"].result(PATIENCE_S)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    made = Recording(tmp_path / "events.jsonl")
    try:
        made.make_topic()
        yield made
    finally:
        if made.process.poll() is None:
            made.stop()


def produce_idempotently(bootstrap: str, count: int) -> None:
    producer = Producer(
        {"bootstrap.servers": bootstrap, "enable.idempotence": True, "batch.num.messages": 1, "linger.ms": 0}
    )
    for number in range(count):
        producer.produce("t", str(number), partition=number % 2)
    assert producer.flush(PATIENCE_S) == 0


def transact(bootstrap: str, transactional_id: str, *outcomes: bool) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id})
    producer.init_transactions(PATIENCE_S)
    for commit in outcomes:
        producer.begin_transaction()
        for partition in (0, 1):
            producer.produce("t", "x", partition=partition)
        producer.flush(PATIENCE_S)
        if commit:
            producer.commit_transaction(PATIENCE_S)
        else:
            producer.abort_transaction(PATIENCE_S)


def consumer(bootstrap: str) -> Consumer:
    return Consumer({"bootstrap.servers": bootstrap, "group.id": "g", "auto.offset.reset": "earliest"})


def share(bootstrap: str) -> None:
    """Two members, then one."""
    first, second = consumer(bootstrap), consumer(bootstrap)
    first.subscribe(["t"])
    await_share(2, first)
    second.subscribe(["t"])
    await_share(1, first, second)
    second.close()
    await_share(2, first)
    first.close()


def await_share(count: int, *members: Consumer) -> list[list[TopicPartition]]:
    for _ in range(10 * PATIENCE_S):
        for member in members:
            member.poll(0.1)
        owned = [member.assignment() for member in members]
        if all(len(partitions) == count for partitions in owned):
            return owned
    raise AssertionError(f"{owned} where each member is to have {count}")


@pytest.mark.timeout(300)
def test_what_several_clients_do_is_accepted_by_every_model(recording: Recording) -> None:
    for _ in range(2):
        produce_idempotently(recording.bootstrap, 12)
    transact(recording.bootstrap, "a", True, False, True)
    transact(recording.bootstrap, "b", False)
    share(recording.bootstrap)
    recording.stop()
    result = invoke(recording.file)
    assert result.exit_code == 0, result.output
    for model, count in (("idempotence", 4), ("transactions", 2), ("classic_group", 1)):
        assert len(re.findall(rf"^  {model} .*: accepted:", result.output, re.MULTILINE)) == count, result.output
    assert invoke("--quiet", recording.file).output.count("\n") == 1


def written(file: Path, *events: Event) -> Path:
    file.write_text("".join(to_line(event) + "\n" for event in events), "utf-8")
    return file


def append(clock: int, sequence: int, base_offset: int) -> Event:
    args = {"topic": "t", "partition": 0, "records": 1, "transactional": False, "producer_id": 7, "producer_epoch": 0,
            "first_sequence": sequence, "last_sequence": sequence}  # fmt: skip
    return Event("broker-0", "Append", clock, args, {"base_offset": base_offset, "is_duplicate": False})


def test_a_run_with_a_duplicate_in_it_is_refused_and_says_where(tmp_path: Path) -> None:
    file = written(tmp_path / "events.jsonl", append(1, 0, 0), append(2, 0, 1))
    result = invoke(file)
    assert result.exit_code == 1
    assert "t-0, producer 7: refused at broker-0 #2 Append" in result.output
    assert "verdict is 'appended' where the model has 'duplicate'" in result.output


def test_a_frontier_that_is_too_wide_is_no_verdict(tmp_path: Path) -> None:
    events = [append(number + 1, number, number) for number in range(8)]
    result = invoke("--width", 2, written(tmp_path / "events.jsonl", *events))
    assert result.exit_code == 8
    assert "unknown" in result.output


def test_a_file_without_events_of_any_model_is_5(tmp_path: Path) -> None:
    assert invoke(written(tmp_path / "events.jsonl", Event("broker-0", "Other", 1))).exit_code == 5


@pytest.mark.parametrize("content", [None, "{"])
def test_a_file_that_is_not_there_or_holds_no_events_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "events.jsonl"
    if content is not None:
        file.write_text(content, "utf-8")
    result = CliRunner().invoke(validate_runs, [str(file)])
    assert result.exit_code != 0
    assert str(file) in result.output
