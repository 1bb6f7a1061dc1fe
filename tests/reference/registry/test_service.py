"""State and topic together: what was answered is there after restarts and compaction, and for a second registry."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.kafka import BrokerGone
from nilometer_reference.registry.routes import answer
from nilometer_reference.registry.service import Registry
from nilometer_reference.registry.topic import TOPIC, SchemasTopic
from tests.reference.registry.running import Client, broker, record, registry
from tests.reference.registry.test_state import told


def fill(client: Client) -> None:
    """Versions, settings, and something of every kind that is gone again."""
    for number in range(5):
        client.register("kept", record("R", *((f"f{i}", "string", "") for i in range(number))))
    client.register("soft", record("R", "x"))
    client.register("gone", record("Gone", "x"))
    client.good("DELETE", "/subjects/soft")
    client.good("DELETE", "/subjects/gone")
    client.good("DELETE", "/subjects/gone?permanent=true")
    for level in ("NONE", "FULL", "BACKWARD"):
        client.good("PUT", "/config/kept", {"compatibility": level})
    client.good("PUT", "/mode/soft", {"mode": "READONLY"})


def make_topic_that_is_compacted_often(bootstrap: str) -> None:
    often = {"segment.ms": "100", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "100"}
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(TOPIC, 1, 1, config={"cleanup.policy": "compact", **often})])[TOPIC].result(30)


def await_compaction(client: Client, bootstrap: str) -> None:
    """Until the first record, whose key was written again, is gone. Each write may close a segment."""
    topic = SchemasTopic(bootstrap)
    for _ in range(300):
        client.good("PUT", "/config/other", {"compatibility": "NONE"})
        if topic.read(0)[0][0].offset > 0:
            return
        time.sleep(0.1)
    raise AssertionError("the topic is not compacted")


@pytest.mark.timeout(180)
def test_the_state_outlives_restarts_and_compaction(tmp_path: Path) -> None:
    with broker(tmp_path, "--set", "log.cleaner.backoff.ms=100") as made:
        make_topic_that_is_compacted_often(made.bootstrap)
        with registry(made.bootstrap) as client:
            client.good("PUT", "/config/other", {"compatibility": "FULL"})
            fill(client)
            await_compaction(client, made.bootstrap)
            before = told(client.registry.state)
        made.stop()
        made.start()
        with registry(made.bootstrap) as client:
            assert told(client.registry.state) == before
            assert (
                client.register("another", record("Gone", "x"))["id"] == 8
            )  # the ids of what is gone do not come back


def test_a_second_registry_on_the_topic_reads_what_the_first_has_written(bootstrap: str, client: Client) -> None:
    client.register("shared", record("R", "x"))
    with registry(bootstrap) as other:
        assert other.good("GET", "/subjects/shared/versions") == [1]


def test_writers_at_once_get_one_version_each(client: Client) -> None:
    made: list[int] = []

    def write(number: int) -> None:
        body = {"schema": json.dumps({"type": "fixed", "name": f"F{number}", "size": 1})}
        status, found = answer(client.registry, "POST", "/subjects/busy/versions?force=true", json.dumps(body).encode())
        assert status == 200, found
        made.append(found["version"])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == list(range(1, 9))


def test_without_a_broker_there_is_no_registry() -> None:
    with pytest.raises(BrokerGone):
        Registry(SchemasTopic("127.0.0.1:1")).start()


def test_a_broker_that_goes_away_is_an_error_of_the_store(tmp_path: Path) -> None:
    with broker(tmp_path) as made, registry(made.bootstrap) as client:
        client.register("s", record("R", "x"))
        made.stop()
        assert client.error("POST", "/subjects/s/versions", {"schema": '"int"', "schemaType": "AVRO"}) in (409, 50001)
        assert client.error("PUT", "/config/s", {"compatibility": "NONE"}) == 50001
        assert client.good("GET", "/subjects/s/versions") == [1]
        made.start()
        assert client.good("PUT", "/config/s", {"compatibility": "NONE"}) == {"compatibility": "NONE"}


def test_a_decision_that_is_refused_writes_nothing(client: Client) -> None:
    skipped = client.registry.read(lambda state: state.skipped)
    with pytest.raises(RegistryError):
        client.registry.write(lambda _: (_ for _ in ()).throw(RegistryError(40401, "no")))
    assert client.registry.read(lambda state: state.skipped) == skipped
