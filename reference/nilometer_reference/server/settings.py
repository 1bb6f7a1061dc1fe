"""Settings given as text, under Kafka's names, as the settings of a broker.

group.initial.rebalance.delay.ms=0        a field of `BrokerConfig`
log.retention.ms=60000                    the default of a topic's setting (`BrokerConfig.topic_defaults`)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from nilometer_reference.broker.broker_configs import BROKER_CONFIGS
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.config_keys import ConfigKey, ConfigType, one_of
from nilometer_reference.broker.topic_configs import TOPIC_CONFIGS
from nilometer_reference.log.config import RecordValidation
from nilometer_reference.wire.errors import KafkaError

_OWN_KEYS = {
    "record.validation": ConfigKey(
        "record.validation", ConfigType.STRING, "full", one_of(*(level.value for level in RecordValidation))
    )
}
"""Settings that Kafka does not have."""
_TYPES = {"int": ConfigType.LONG, "bool": ConfigType.BOOLEAN, "str": ConfigType.STRING, "str | None": ConfigType.STRING}


class UnknownSetting(ValueError):
    """No setting of this broker has that name, or the value is none of its values."""


def setting_names() -> list[str]:
    """Every name that may be set."""
    return sorted({*_fields(), *_behind_topics()})


def with_settings(config: BrokerConfig, settings: Mapping[str, str]) -> BrokerConfig:
    """The config with these settings. Raises UnknownSetting."""
    changes: dict[str, Any] = {}
    topic_defaults = dict(config.topic_defaults)
    own, behind_topics = _fields(), _behind_topics()
    for name, text in settings.items():
        key = own.get(name) or behind_topics.get(name)
        if key is None:
            raise UnknownSetting(f"no setting is called {name!r}")
        try:
            value = key.parse(text)
        except KafkaError as error:
            raise UnknownSetting(error.message) from error
        if name in own:
            changes[_field_name(name)] = value
        else:
            topic_defaults[name] = text
    return replace(config, topic_defaults=topic_defaults, **changes)


_NAMES = {"rack": "broker.rack"}
"""Fields whose setting has another name."""
_DERIVED = {"advertised_host", "advertised_port", "log_dir"}
"""Fields that follow from what the server is told otherwise."""


def _field_name(setting: str) -> str:
    return next((field for field, name in _NAMES.items() if name == setting), setting.replace(".", "_"))


def _fields() -> dict[str, ConfigKey]:
    names = {
        _NAMES.get(field.name, field.name.replace("_", ".")): str(field.type)
        for field in fields(BrokerConfig)
        if field.name not in _DERIVED
    }
    return {
        name: _OWN_KEYS.get(name) or BROKER_CONFIGS.get(name) or ConfigKey(name, _TYPES[type_], None)
        for name, type_ in names.items()
        if type_ in _TYPES
    }


def _behind_topics() -> dict[str, ConfigKey]:
    names = {synonym.name for key in TOPIC_CONFIGS.values() for synonym in key.synonyms}
    return {name: BROKER_CONFIGS[name] for name in names if name in BROKER_CONFIGS}
