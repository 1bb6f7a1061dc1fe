import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.internal_topics import internal_topic
from nilometer_reference.broker.topic_configs import TopicSettings
from nilometer_reference.broker.topic_names import CONSUMER_OFFSETS, TRANSACTION_STATE


def test_partitions_are_as_the_broker_is_configured() -> None:
    config = BrokerConfig(offsets_topic_num_partitions=7, transaction_state_log_num_partitions=9)
    assert internal_topic(CONSUMER_OFFSETS, config)[0] == 7
    assert internal_topic(TRANSACTION_STATE, config)[0] == 9


@pytest.mark.parametrize("name", [CONSUMER_OFFSETS, TRANSACTION_STATE])
def test_coordinators_topics_are_compacted_and_never_deleted_from(name: str) -> None:
    settings = TopicSettings.of(internal_topic(name, BrokerConfig())[1])
    assert settings.is_compacted
    assert not settings.is_deleted_by_retention
    assert settings.segment_bytes == 100 * 1024 * 1024
