"""The topic: made once, compacted, and refused when it is not as it has to be."""

from __future__ import annotations

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from nilometer_reference.registry.topic import SchemasTopic, TopicUnusable

PATIENCE_S = 30


@pytest.fixture
def topic(bootstrap: str) -> SchemasTopic:
    made = SchemasTopic(bootstrap, "schemas-of-a-test")
    made.prepare()
    return made


def test_it_is_made_compacted_with_one_partition(bootstrap: str, topic: SchemasTopic) -> None:
    topic.prepare()  # twice is once
    admin = AdminClient({"bootstrap.servers": bootstrap})
    resource = ConfigResource(ResourceType.TOPIC, topic.name)
    found = admin.describe_configs([resource])[resource].result(PATIENCE_S)
    assert found["cleanup.policy"].value == "compact"
    assert len(admin.list_topics(topic.name, timeout=PATIENCE_S).topics[topic.name].partitions) == 1


def test_what_is_appended_is_read_from_any_offset_on(topic: SchemasTopic) -> None:
    last = topic.append([(b"a", b"1"), (b"b", None)])
    entries, following, high_watermark = topic.read(last - 1)
    assert [(entry.key, entry.value) for entry in entries] == [(b"a", b"1"), (b"b", None)]
    assert following == high_watermark == last + 1
    assert [entry.offset for entry in topic.read(last)[0]] == [last]
    assert topic.read(last + 1)[:2] == ([], last + 1)


def test_a_topic_of_several_partitions_is_refused(bootstrap: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic("wide", 2, 1)])["wide"].result(PATIENCE_S)
    with pytest.raises(TopicUnusable, match="2 partitions"):
        SchemasTopic(bootstrap, "wide").prepare()
