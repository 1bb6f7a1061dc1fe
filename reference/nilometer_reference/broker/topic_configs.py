"""Every setting of a topic, and the settings in force for one topic.

    value in force of retention.ms, say (the first that is set):
    1  the topic's own                              retention.ms
    2  this broker's, changed while it runs         log.retention.ms, .minutes, .hours
    3  every broker's, changed while it runs        the same names
    4  this broker's, from its start                the same names
    5  the default

Rows are Kafka 4.3.1's `LogConfig.java`; broker names and their order are `ServerTopicConfigSynonyms.java`.
The data path reads `TopicSettings`: it stays the same object while its values change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from nilometer_reference.broker.config_keys import (
    Check,
    ConfigKey,
    ConfigType,
    Value,
    at_least,
    between,
    gzip_level,
    list_of,
    one_of,
    show,
    throttled_replicas,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

LONG_MAX: Final = (1 << 63) - 1
HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Synonym:
    """A broker setting that gives a topic setting its default. `factor` turns its unit into the topic's."""

    name: str
    factor: int = 1


@dataclass(frozen=True, slots=True)
class TopicConfigKey(ConfigKey):
    """A topic setting with the broker settings behind it, the strongest first."""

    synonyms: tuple[Synonym, ...] = ()


_BOOLEAN, _STRING, _INT = ConfigType.BOOLEAN, ConfigType.STRING, ConfigType.INT
_LONG, _DOUBLE, _LIST = ConfigType.LONG, ConfigType.DOUBLE, ConfigType.LIST
_CODECS = ("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer")

_ROWS: tuple[tuple[str, ConfigType, str, Check | None, str | tuple[Synonym, ...], str], ...] = (
    ("cleanup.policy", _LIST, "delete", list_of("compact", "delete"), "log.cleanup.policy",
     "`delete` drops old segments by time and size, `compact` keeps the last record of each key."),
    ("compression.gzip.level", _INT, "-1", gzip_level, "compression.gzip.level",
     "Level used when `compression.type` is gzip; -1 is the codec's own default."),
    ("compression.lz4.level", _INT, "9", between(1, 17), "compression.lz4.level",
     "Level used when `compression.type` is lz4."),
    ("compression.type", _STRING, "producer", one_of(*_CODECS), "compression.type",
     "Codec in which batches are kept; `producer` keeps what the producer chose."),
    ("compression.zstd.level", _INT, "3", between(-131072, 22), "compression.zstd.level",
     "Level used when `compression.type` is zstd."),
    ("delete.retention.ms", _LONG, "86400000", at_least(0), "log.cleaner.delete.retention.ms",
     "How long a tombstone outlives the records that it deletes on a compacted topic."),
    ("file.delete.delay.ms", _LONG, "60000", at_least(0), "log.segment.delete.delay.ms",
     "How long the file of a removed segment stays on the disk."),
    ("flush.messages", _LONG, str(LONG_MAX), at_least(1), "log.flush.interval.messages",
     "Records after which the log is flushed to the disk."),
    ("flush.ms", _LONG, str(LONG_MAX), at_least(0),
     (Synonym("log.flush.interval.ms"), Synonym("log.flush.scheduler.interval.ms")),
     "Time after which the log is flushed to the disk."),
    ("follower.replication.throttled.replicas", _LIST, "", throttled_replicas, "",
     "Replicas whose followers are throttled, as partition:broker, or `*`."),
    ("index.interval.bytes", _INT, "4096", at_least(0), "log.index.interval.bytes",
     "Bytes of log between two entries of the offset index."),
    ("leader.replication.throttled.replicas", _LIST, "", throttled_replicas, "",
     "Replicas whose leaders are throttled, as partition:broker, or `*`."),
    ("local.retention.bytes", _LONG, "-2", at_least(-2), "log.local.retention.bytes",
     "Bytes kept on the broker with tiered storage; -2 means `retention.bytes`."),
    ("local.retention.ms", _LONG, "-2", at_least(-2), "log.local.retention.ms",
     "Time kept on the broker with tiered storage; -2 means `retention.ms`."),
    ("max.compaction.lag.ms", _LONG, str(LONG_MAX), at_least(1), "log.cleaner.max.compaction.lag.ms",
     "Longest time that a record stays uncompacted."),
    ("max.message.bytes", _INT, "1048588", at_least(0), "message.max.bytes",
     "Largest record batch accepted, compressed."),
    ("message.timestamp.after.max.ms", _LONG, "3600000", at_least(0),
     "log.message.timestamp.after.max.ms",
     "How far a CreateTime may lie in the future of the broker's clock."),
    ("message.timestamp.before.max.ms", _LONG, str(LONG_MAX), at_least(0),
     "log.message.timestamp.before.max.ms",
     "How far a CreateTime may lie in the past of the broker's clock."),
    ("message.timestamp.type", _STRING, "CreateTime", one_of("CreateTime", "LogAppendTime"),
     "log.message.timestamp.type",
     "Whose time a record carries: the producer's or the broker's."),
    ("min.cleanable.dirty.ratio", _DOUBLE, "0.5", between(0, 1), "log.cleaner.min.cleanable.ratio",
     "Share of uncompacted bytes from which a log is worth compacting."),
    ("min.compaction.lag.ms", _LONG, "0", at_least(0), "log.cleaner.min.compaction.lag.ms",
     "Shortest time that a record stays uncompacted."),
    ("min.insync.replicas", _INT, "1", at_least(1), "min.insync.replicas",
     "In-sync replicas, the leader among them, that a write with acks=all needs."),
    ("preallocate", _BOOLEAN, "false", None, "log.preallocate",
     "Whether a new segment takes its whole size on the disk at once."),
    ("remote.log.copy.disable", _BOOLEAN, "false", None, "",
     "Whether tiered data of the topic is read-only."),
    ("remote.log.delete.on.disable", _BOOLEAN, "false", None, "",
     "Whether tiered data is deleted when tiered storage is switched off."),
    ("remote.storage.enable", _BOOLEAN, "false", None, "",
     "Whether the topic uses tiered storage."),
    ("retention.bytes", _LONG, "-1", None, "log.retention.bytes",
     "Bytes of a partition beyond which `delete` drops old segments; negative for no bound."),
    ("retention.ms", _LONG, "604800000", at_least(-1),
     (Synonym("log.retention.ms"), Synonym("log.retention.minutes", MINUTE_MS),
          Synonym("log.retention.hours", HOUR_MS)),
     "Age beyond which `delete` drops old segments; -1 for no bound."),
    ("segment.bytes", _INT, "1073741824", at_least(1_048_576), "log.segment.bytes",
     "Size at which a new segment begins."),
    ("segment.index.bytes", _INT, "10485760", at_least(4), "log.index.size.max.bytes",
     "Largest size of the offset index of a segment."),
    ("segment.jitter.ms", _LONG, "0", at_least(0),
     (Synonym("log.roll.jitter.ms"), Synonym("log.roll.jitter.hours", HOUR_MS)),
     "Largest random time taken off `segment.ms`."),
    ("segment.ms", _LONG, "604800000", at_least(1),
     (Synonym("log.roll.ms"), Synonym("log.roll.hours", HOUR_MS)),
     "Age at which a new segment begins even if the old one is not full."),
    ("unclean.leader.election.enable", _BOOLEAN, "false", None, "unclean.leader.election.enable",
     "Whether a replica outside the ISR may become leader when there is no other."),
)  # fmt: skip


def _synonyms(names: str | tuple[Synonym, ...]) -> tuple[Synonym, ...]:
    if isinstance(names, str):
        return (Synonym(names),) if names else ()
    return names


TOPIC_CONFIGS: Final[Mapping[str, TopicConfigKey]] = {
    name: TopicConfigKey(name, type_, default, check, documentation, _synonyms(names))
    for name, type_, default, check, names, documentation in _ROWS
}
"""Every setting that DescribeConfigs shows of a topic, by name, in order."""

INTERNAL_SEGMENT_BYTES: Final = TopicConfigKey(
    "internal.segment.bytes", _INT, None, None, "A segment size below the usual minimum, for tests.", ()
)
"""Kafka's own way to small segments (KIP-1161): may be set, is not shown."""

_ALL = {**TOPIC_CONFIGS, INTERNAL_SEGMENT_BYTES.name: INTERNAL_SEGMENT_BYTES}


def is_topic_config(name: str) -> bool:
    """Whether a topic may have a setting of that name."""
    return name in _ALL


BrokerDefault = Callable[[str], str | None]
"""The value in force of a broker setting, by name; None if it is not set and has no default."""


class TimestampType(Enum):
    CREATE_TIME = "CreateTime"
    LOG_APPEND_TIME = "LogAppendTime"


def in_force(key: TopicConfigKey, own: Mapping[str, str], broker_default: BrokerDefault) -> str | None:
    """The text in force of one setting of a topic whose own settings are `own`."""
    text = own.get(key.name)
    if text is not None:
        return text
    for synonym in key.synonyms:
        text = broker_default(synonym.name)
        if text is not None:
            return text if synonym.factor == 1 else str(int(text) * synonym.factor)
    return key.default


def check_topic_configs(configs: Mapping[str, str], broker_default: BrokerDefault) -> dict[str, Value]:
    """The values in force for a topic whose own settings are `configs`. Raises INVALID_CONFIG (40)."""
    for name in configs:
        if name not in _ALL:
            raise KafkaError(ErrorCode.INVALID_CONFIG, f"Unknown topic config name: {name}")
    values: dict[str, Value] = {}
    for key in _ALL.values():
        text = in_force(key, configs, broker_default)
        if text is not None:
            values[key.name] = key.parse(text)
    _check_together(values)
    return values


def _check_together(values: Mapping[str, Value]) -> None:
    minimum, maximum = values["min.compaction.lag.ms"], values["max.compaction.lag.ms"]
    assert isinstance(minimum, int)
    assert isinstance(maximum, int)
    if minimum > maximum:
        raise KafkaError(
            ErrorCode.INVALID_CONFIG,
            f"conflict topic config setting min.compaction.lag.ms ({minimum}) > max.compaction.lag.ms ({maximum})",
        )
    if values["remote.storage.enable"]:
        raise KafkaError(
            ErrorCode.INVALID_CONFIG,
            "Tiered Storage functionality is disabled in the broker. "
            "Topic cannot be configured with remote log storage.",
        )


class TopicSettings(Mapping[str, str]):
    """The settings in force of one topic: by name as text, and typed. One object for the life of the topic.

    Sizes in bytes, spans in milliseconds. `on_change` is called after each change.
    """

    max_message_bytes: int
    message_timestamp_type: TimestampType
    message_timestamp_before_max_ms: int
    message_timestamp_after_max_ms: int
    compression_type: str
    compression_level: int | None
    """Level for `compression_type`; None where the codec has none."""
    min_insync_replicas: int
    is_compacted: bool
    is_deleted_by_retention: bool
    retention_ms: int
    """-1: no bound."""
    retention_bytes: int
    """Negative: no bound."""
    segment_bytes: int
    segment_ms: int
    segment_jitter_ms: int
    segment_index_bytes: int
    index_interval_bytes: int
    flush_messages: int
    flush_ms: int
    file_delete_delay_ms: int
    delete_retention_ms: int
    min_compaction_lag_ms: int
    max_compaction_lag_ms: int
    min_cleanable_dirty_ratio: float
    preallocate: bool
    unclean_leader_election_enable: bool

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.on_change: list[Callable[[], None]] = []
        self._values: Mapping[str, Value] = {}
        self.replace(values)

    @classmethod
    def of(cls, configs: Mapping[str, str], broker_default: BrokerDefault = lambda _: None) -> TopicSettings:
        """Settings of a topic whose own are `configs`. Raises INVALID_CONFIG (40)."""
        return cls(check_topic_configs(configs, broker_default))

    def replace(self, values: Mapping[str, Value]) -> None:
        """Put other values in force, as `check_topic_configs` found them."""
        if values == self._values:
            return
        self._values = dict(values)
        for name in TOPIC_CONFIGS:
            attribute = name.replace(".", "_")
            if attribute in TopicSettings.__annotations__:
                setattr(self, attribute, values[name])
        self.message_timestamp_type = TimestampType(values["message.timestamp.type"])
        self.segment_bytes = self._integer(INTERNAL_SEGMENT_BYTES.name) or self._integer("segment.bytes")
        policies = values["cleanup.policy"]
        assert isinstance(policies, list)
        self.is_compacted = "compact" in policies
        self.is_deleted_by_retention = "delete" in policies
        level = f"compression.{self.compression_type}.level"
        self.compression_level = self._integer(level) if level in values else None
        for call in self.on_change:
            call()

    def _integer(self, name: str) -> int:
        value = self._values.get(name, 0)
        assert isinstance(value, int)
        return value

    def __getitem__(self, name: str) -> str:
        return show(self._values[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
