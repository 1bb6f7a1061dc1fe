"""Settings of a broker, under Kafka's names with `_` for `.`; defaults are Kafka's unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BrokerConfig:
    """Spans in milliseconds, sizes in bytes. Source: Kafka's broker configuration reference (4.3)."""

    node_id: int = 1
    cluster_id: str = "nilometer-reference-00"  # 22 characters, as Kafka's are
    advertised_host: str = "127.0.0.1"
    advertised_port: int = 9092
    rack: str | None = None
    log_dir: str = "/var/lib/nilometer"  # what DescribeLogDirs calls the place of the logs; the driver knows it
    num_partitions: int = 1
    default_replication_factor: int = 1
    auto_create_topics_enable: bool = True
    delete_topic_enable: bool = True
    socket_request_max_bytes: int = 104_857_600
    message_max_bytes: int = 1_048_588
    # Groups
    group_initial_rebalance_delay_ms: int = 0  # Kafka: 3000; zero is right for tests
    group_min_session_timeout_ms: int = 6_000
    group_max_session_timeout_ms: int = 1_800_000
    group_max_size: int = 2_147_483_647
    offset_metadata_max_bytes: int = 4_096
    offsets_retention_minutes: int = 10_080
    offsets_retention_check_interval_ms: int = 600_000
    offsets_topic_num_partitions: int = 4  # Kafka: 50
    # Transactions and producers
    transaction_max_timeout_ms: int = 900_000
    transaction_state_log_num_partitions: int = 4  # Kafka: 50
    transaction_abort_timed_out_transaction_cleanup_interval_ms: int = 10_000
    transaction_remove_expired_transaction_cleanup_interval_ms: int = 3_600_000
    transactional_id_expiration_ms: int = 604_800_000
    producer_id_expiration_ms: int = 86_400_000
    transaction_version: int = 2
    group_version: int = 0  # 1 once keys 68 and 69 are served
    # Fetch
    max_incremental_fetch_session_cache_slots: int = 1_000
    fetch_max_bytes: int = 57_671_680
    # Log
    log_retention_check_interval_ms: int = 300_000
    log_cleaner_backoff_ms: int = 15_000
    record_validation: str = "full"
    """Whether an append reads every record, as Kafka does ("full"), or only what headers prove ("structural")."""
    topic_defaults: Mapping[str, str] = field(default_factory=dict)
    """Settings behind those of topics (`log.retention.ms`), under Kafka's names, as texts."""
