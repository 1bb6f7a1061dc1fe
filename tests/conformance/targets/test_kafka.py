"""Apache Kafka as a target: its configuration, and a real one."""

import pytest

from nilometer.targets import parse_target
from nilometer.targets.errors import StartFailed
from nilometer.targets.kafka import INTERNAL_PARTITIONS, KafkaTarget, node_id, render_properties


@pytest.fixture
def kafka(installed):
    installed("kafka:")

    def make(**options) -> KafkaTarget:
        target = KafkaTarget(**options)
        for number, node in enumerate(target.nodes):
            node.ports = [20_000 + 2 * number, 20_001 + 2 * number]
        return target

    return make


def test_a_properties_file_has_one_line_a_setting_and_doubled_backslashes():
    assert render_properties({"a": 1, "b.c": "x\\y"}) == "a=1\nb.c=x\\\\y\n"
    for broken in ({"a": "x\ny"}, {"a\rb": "x"}):
        with pytest.raises(ValueError, match="line break"):
            render_properties(broken)


def test_one_node_is_broker_and_controller_and_keeps_kafkas_defaults(kafka):
    target = kafka()
    found = target.properties(target.nodes[0])
    assert (found["process.roles"], found["node.id"]) == ("broker,controller", 1)
    assert found["offsets.topic.replication.factor"] == 1
    assert found["offsets.topic.num.partitions"] == INTERNAL_PARTITIONS
    assert "127.0.0.1:20000" in str(found["listeners"])
    assert not any("auto.create" in key or "retention" in key for key in found)


def test_three_nodes_replicate_their_internal_topics(kafka):
    target = kafka(nodes=3)
    found = target.properties(target.nodes[2])
    assert found["transaction.state.log.replication.factor"] == 3
    assert found["transaction.state.log.min.isr"] == 2
    assert str(found["controller.quorum.bootstrap.servers"]).count(":") == 3
    assert [node_id(node) for node in target.nodes] == [1, 2, 3]
    assert target.describe().count("3 nodes") == 1


def test_settings_of_the_caller_win(kafka):
    target = kafka(properties={"auto.create.topics.enable": "false", "offsets.topic.num.partitions": 1})
    found = target.properties(target.nodes[0])
    assert (found["auto.create.topics.enable"], found["offsets.topic.num.partitions"]) == ("false", 1)


@pytest.mark.external
@pytest.mark.java
def test_a_real_one_starts_restarts_with_its_data_and_stops(installed):
    installed("kafka:")
    with parse_target("kafka:") as target:
        address = target.endpoint.text
        assert target.data_directory is not None
        assert target.resident_bytes() > 50 << 20  # type: ignore[operator] # it runs here
        target.kill()
        assert not target.alive()
        assert target.restart().text == address
        directory = target.data_directory
    assert not directory.exists()


@pytest.mark.external
@pytest.mark.java
def test_settings_that_kafka_refuses_are_shown_with_what_it_says(installed):
    installed("kafka:")
    target = KafkaTarget(properties={"log.retention.ms": "soon"})
    with pytest.raises(StartFailed, match="soon"), target:
        pass
