"""The settings of a broker as Kafka's Admin API shows and changes them.

    layer, strongest first            changed by                        kept in
    2  this broker's, dynamic         AlterConfigs of broker "1"        the metadata journal
    3  every broker's, dynamic        AlterConfigs of broker ""         the metadata journal
    4  this broker's, from its start  `BrokerConfig`                    its caller
    5  the default                    nobody

Only what this broker has is listed: settings of Kafka's threads or controllers would have no effect here.
Those behind a topic's settings may be changed while the broker runs; the others are read-only. A name that the
broker does not know is kept, has no effect, and is never shown with its value: Kafka's plugins have such settings.
Sources: `DynamicBrokerConfig.java`, `ConfigHelper.scala`; names, types and defaults are those of 4.3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.config_keys import (
    Check,
    ConfigKey,
    ConfigSource,
    ConfigType,
    at_least,
    show,
    unlimited_or_at_least,
)
from nilometer_reference.broker.topic_configs import TOPIC_CONFIGS
from nilometer_reference.wire.errors import ErrorCode, KafkaError

_BOOLEAN, _STRING, _INT = ConfigType.BOOLEAN, ConfigType.STRING, ConfigType.INT
_LONG, _LIST = ConfigType.LONG, ConfigType.LIST

_STATIC: Final[tuple[tuple[str, ConfigType, str | None, str], ...]] = (
    ("advertised.listeners", _LIST, None, "Addresses that clients are told to connect to."),
    ("auto.create.topics.enable", _BOOLEAN, "true", "Whether asking for a topic may create it."),
    ("broker.id", _INT, "-1", "Older name of `node.id`."),
    ("broker.rack", _STRING, None, "The rack that this broker stands in."),
    ("default.replication.factor", _INT, "1", "Replicas of a topic that does not say how many."),
    ("delete.topic.enable", _BOOLEAN, "true", "Whether topics may be deleted."),
    ("fetch.max.bytes", _INT, "57671680", "Most bytes that one Fetch answers, whatever it asks for."),
    ("group.initial.rebalance.delay.ms", _INT, "3000", "Wait for more members before a first rebalance."),
    ("group.max.session.timeout.ms", _INT, "1800000", "Longest session timeout of a classic member."),
    ("group.max.size", _INT, "2147483647", "Most members of a classic group."),
    ("group.min.session.timeout.ms", _INT, "6000", "Shortest session timeout of a classic member."),
    ("log.cleaner.backoff.ms", _LONG, "15000", "Wait of the cleaner when there is nothing to compact."),
    ("log.retention.check.interval.ms", _LONG, "300000", "Time between two looks for segments to delete."),
    ("max.incremental.fetch.session.cache.slots", _INT, "1000", "Most fetch sessions that are kept."),
    ("node.id", _INT, None, "The number of this broker in its cluster."),
    ("num.partitions", _INT, "1", "Partitions of a topic that does not say how many."),
    ("offset.metadata.max.bytes", _INT, "4096", "Longest metadata of a committed offset."),
    ("offsets.retention.check.interval.ms", _LONG, "600000", "Time between two looks for stale offsets."),
    ("offsets.retention.minutes", _INT, "10080", "How long offsets outlive the last use of their group."),
    ("offsets.topic.num.partitions", _INT, "50", "Partitions of `__consumer_offsets`."),
    ("producer.id.expiration.ms", _INT, "86400000", "How long an idle producer id is remembered."),
    ("socket.request.max.bytes", _INT, "104857600", "Largest request that is taken."),
    ("transaction.abort.timed.out.transaction.cleanup.interval.ms", _INT, "10000",
     "Time between two looks for transactions past their timeout."),
    ("transaction.max.timeout.ms", _INT, "900000", "Longest timeout that a producer may ask for."),
    ("transaction.state.log.num.partitions", _INT, "50", "Partitions of `__transaction_state`."),
    ("transactional.id.expiration.ms", _INT, "604800000", "How long an idle transactional id is remembered."),
)  # fmt: skip

_ALTERNATIVES: Final[tuple[tuple[str, ConfigType, str | None, Check | None, str], ...]] = (
    ("log.flush.scheduler.interval.ms", _LONG, "9223372036854775807", None, "log.flush.interval.ms"),
    ("log.retention.minutes", _INT, None, None, "log.retention.ms"),
    ("log.retention.hours", _INT, "168", None, "log.retention.ms"),
    ("log.roll.hours", _INT, "168", at_least(1), "log.roll.ms"),
    ("log.roll.jitter.hours", _INT, "0", at_least(0), "log.roll.jitter.ms"),
)
"""Second and third names of one quantity, in other units, with the name that goes before; read-only."""


_CHECKS: Final[Mapping[str, Check]] = {"log.retention.ms": unlimited_or_at_least(1)}
"""Where a broker is not asked the same as a topic (`KafkaConfig.scala`, validateValues)."""


def _behind_topics() -> dict[str, ConfigKey]:
    keys = {
        name: ConfigKey(name, type_, default, check, f"Stands in for `{stronger}` where that is not set.")
        for name, type_, default, check, stronger in _ALTERNATIVES
    }
    for topic_key in TOPIC_CONFIGS.values():
        if topic_key.synonyms:
            first, *others = topic_key.synonyms
            default = None if others else topic_key.default
            documentation = f"Default of the topic setting `{topic_key.name}`. {topic_key.documentation}"
            check = _CHECKS.get(first.name, topic_key.check)
            keys[first.name] = ConfigKey(first.name, topic_key.type, default, check, documentation)
    return keys


DYNAMIC: Final = frozenset(key.synonyms[0].name for key in TOPIC_CONFIGS.values() if key.synonyms)
"""What may be changed while the broker runs. Kafka also lets `log.cleaner.backoff.ms` and `producer.id.expiration.ms`
be changed, which come with `BrokerConfig` here."""

BROKER_CONFIGS: Final[Mapping[str, ConfigKey]] = dict(
    sorted(
        {
            **{name: ConfigKey(name, type_, default, None, text) for name, type_, default, text in _STATIC},
            **_behind_topics(),
        }.items()
    )
)

_GROUPED: Final = {
    synonym.name: tuple(other.name for other in key.synonyms)
    for key in TOPIC_CONFIGS.values()
    for synonym in key.synonyms
    if synonym.name != "log.flush.scheduler.interval.ms"  # it has no synonyms of its own
}


@dataclass(frozen=True, slots=True)
class LayeredValue:
    """One layer in which a setting has a value."""

    name: str
    value: str | None
    """None where the value must not be shown."""
    source: ConfigSource


class BrokerConfigs:
    """The four layers of one broker. `dynamic` holds resource name ("" for every broker) -> settings."""

    def __init__(self, config: BrokerConfig) -> None:
        self._own_name = str(config.node_id)
        self._static = _static_values(config)
        self.dynamic: dict[str, dict[str, str]] = {}

    @property
    def own_dynamic(self) -> Mapping[str, str]:
        """This broker's, changed while it runs (layer 2)."""
        return self.dynamic.get(self._own_name, {})

    @property
    def default_dynamic(self) -> Mapping[str, str]:
        """Every broker's, changed while it runs (layer 3)."""
        return self.dynamic.get("", {})

    def value(self, name: str) -> str | None:
        """The text in force; None if the setting has neither a value nor a default."""
        for layer in self._layers():
            if name in layer:
                return layer[name]
        key = BROKER_CONFIGS.get(name)
        return key.default if key else None

    def synonyms(self, name: str) -> list[LayeredValue]:
        """Every layer in which `name`, or another name of the same quantity, has a value, strongest first.

        What stands before the first entry under `name` itself is left out, as in Kafka: with a value only
        under another name the list is empty.
        """
        names = _GROUPED.get(name, (name,))
        found = [
            LayeredValue(other, layer[other], source)
            for layer, source in zip(self._layers(), _SOURCES, strict=True)
            for other in names
            if other in layer
        ]
        defaults = [(other, BROKER_CONFIGS[other].default) for other in names if other in BROKER_CONFIGS]
        found += [
            LayeredValue(other, default, ConfigSource.DEFAULT_CONFIG)
            for other, default in defaults
            if default is not None
        ]
        while found and found[0].name != name:
            found.pop(0)
        return found

    def with_dynamic(self, resource: str, configs: Mapping[str, str]) -> BrokerConfigs:
        """These layers with other dynamic settings of one resource ("" for every broker); nothing is changed."""
        other = BrokerConfigs.__new__(BrokerConfigs)
        other._own_name, other._static = self._own_name, self._static
        other.dynamic = {**self.dynamic, resource: dict(configs)}
        return other

    def check(self, configs: Mapping[str, str]) -> None:
        """Whether these may be the dynamic settings of a broker. Raises INVALID_REQUEST (42)."""
        fixed = sorted(name for name in configs if name in BROKER_CONFIGS and name not in DYNAMIC)
        if fixed:
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"Cannot update these configs dynamically: {', '.join(fixed)}")
        for name, text in configs.items():
            if name not in BROKER_CONFIGS:
                continue
            try:
                BROKER_CONFIGS[name].parse(text)
            except KafkaError as error:  # not INVALID_CONFIG: clients depend on it (KAFKA-13609)
                raise KafkaError(ErrorCode.INVALID_REQUEST, error.message) from error

    def _layers(self) -> tuple[Mapping[str, str], ...]:
        return self.own_dynamic, self.default_dynamic, self._static


_SOURCES: Final = (
    ConfigSource.DYNAMIC_BROKER_CONFIG,
    ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
    ConfigSource.STATIC_BROKER_CONFIG,
)


def _static_values(config: BrokerConfig) -> dict[str, str]:
    """What the broker was started with, where it is not the default."""
    values = {
        "advertised.listeners": f"PLAINTEXT://{config.advertised_host}:{config.advertised_port}",
        "broker.id": str(config.node_id),
    }
    if config.rack is not None:
        values["broker.rack"] = config.rack
    for key in BROKER_CONFIGS.values():
        attribute = key.name.replace(".", "_")
        if hasattr(config, attribute):
            text = show(getattr(config, attribute))
            if text != key.default:
                values[key.name] = text
    return {**values, **config.topic_defaults}
