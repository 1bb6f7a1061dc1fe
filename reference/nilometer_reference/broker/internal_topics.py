"""The topics that a broker makes for itself, at their first use: partitions and settings (`AutoTopicCreationManager`).

topic                   written by                      compacted, 100 MiB segments
__consumer_offsets      the group coordinator           batches stay as they come
__transaction_state     the transaction coordinator     uncompressed, no unclean election
"""

from __future__ import annotations

from collections.abc import Mapping

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.topic_names import CONSUMER_OFFSETS, TRANSACTION_STATE


def internal_topic(name: str, config: BrokerConfig) -> tuple[int, Mapping[str, str]]:
    """Partitions and own settings of an internal topic."""
    if name == CONSUMER_OFFSETS:
        return config.offsets_topic_num_partitions, {
            "cleanup.policy": "compact",
            "compression.type": "producer",
            "segment.bytes": "104857600",
        }
    assert name == TRANSACTION_STATE, name
    return config.transaction_state_log_num_partitions, {
        "cleanup.policy": "compact",
        "compression.type": "uncompressed",
        "min.insync.replicas": "1",
        "segment.bytes": "104857600",
        "unclean.leader.election.enable": "false",
    }
