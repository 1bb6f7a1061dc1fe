"""Settings as Kafka's Admin API describes them: value in force, where it comes from, and what stands behind it.

    resource           listed                              value                       synonyms, strongest first
    a topic            every topic setting                 in force, as Kafka prints   its own, then the broker's
    this broker        every setting that it has, and      the same                    layers 2 to 5 of broker_configs
                       dynamic ones that it does not know  hidden
    every broker ("")  what is set for every broker        as it was set               that layer alone

The source of a value is that of its first synonym, else "default". A setting of unknown type could be a password:
it is described as sensitive, without its value.
Sources: `ConfigHelper.scala`; KIP-133, KIP-226 (sources, synonyms), KIP-569 (types, documentation).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nilometer_reference.broker.broker_configs import BROKER_CONFIGS, DYNAMIC, BrokerConfigs, LayeredValue
from nilometer_reference.broker.config_keys import ConfigSource
from nilometer_reference.broker.topic_configs import (
    INTERNAL_SEGMENT_BYTES,
    TOPIC_CONFIGS,
    TopicConfigKey,
    in_force,
)

UNKNOWN_TYPE: Final = 0


@dataclass(frozen=True, slots=True)
class ConfigDescription:
    """One setting. `value` is None if it has none or must not be shown; `type` is a `ConfigType`, or 0."""

    name: str
    value: str | None
    source: ConfigSource
    type: int
    is_read_only: bool
    is_sensitive: bool
    synonyms: Sequence[LayeredValue]
    documentation: str | None


def describe_topic(own: Mapping[str, str], broker: BrokerConfigs) -> list[ConfigDescription]:
    """Every setting of a topic whose own settings are `own`, by name."""
    keys = dict(TOPIC_CONFIGS)
    if INTERNAL_SEGMENT_BYTES.name in own:
        keys[INTERNAL_SEGMENT_BYTES.name] = INTERNAL_SEGMENT_BYTES
    return [_describe_of_topic(keys[name], own, broker) for name in sorted(keys)]


def _describe_of_topic(key: TopicConfigKey, own: Mapping[str, str], broker: BrokerConfigs) -> ConfigDescription:
    text = in_force(key, own, broker.value)
    value = None if text is None else key.shown(text)
    synonyms = broker.synonyms(key.synonyms[0].name) if key.synonyms else []
    if key.name in own:
        assert value is not None
        synonyms.insert(0, LayeredValue(key.name, value, ConfigSource.TOPIC_CONFIG))
    return ConfigDescription(key.name, value, _source(synonyms), key.type, False, False, synonyms, key.documentation)


def describe_broker(broker: BrokerConfigs) -> list[ConfigDescription]:
    """Every setting of this broker, by name."""
    names = BROKER_CONFIGS.keys() | broker.own_dynamic.keys() | broker.default_dynamic.keys()
    return [_describe_of_broker(name, broker, broker.synonyms(name)) for name in sorted(names)]


def describe_every_broker(broker: BrokerConfigs) -> list[ConfigDescription]:
    """What is set for every broker of the cluster, by name."""
    described = []
    for name in sorted(broker.default_dynamic):
        synonyms = [
            synonym for synonym in broker.synonyms(name) if synonym.source == ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
        ]
        described.append(_describe_of_broker(name, broker, synonyms, broker.default_dynamic[name]))
    return described


def _describe_of_broker(
    name: str, broker: BrokerConfigs, synonyms: Sequence[LayeredValue], text: str | None = None
) -> ConfigDescription:
    key = BROKER_CONFIGS.get(name)
    source = _source(synonyms)
    if key is None:
        hidden = [LayeredValue(synonym.name, None, synonym.source) for synonym in synonyms]
        return ConfigDescription(name, None, source, UNKNOWN_TYPE, True, True, hidden, None)
    if text is None:
        in_force_text = broker.value(name)
        text = None if in_force_text is None else key.shown(in_force_text)
    is_read_only = name not in DYNAMIC
    return ConfigDescription(name, text, source, key.type, is_read_only, False, synonyms, key.documentation)


def _source(synonyms: Sequence[LayeredValue]) -> ConfigSource:
    return synonyms[0].source if synonyms else ConfigSource.DEFAULT_CONFIG
