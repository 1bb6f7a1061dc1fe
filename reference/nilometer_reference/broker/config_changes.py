"""Changing settings one by one: what a resource's own settings are after some operations on them.

    operation   a setting of any type          a list
    SET         the value                      the value
    DELETE      not set                        not set
    APPEND      INVALID_CONFIG (40)            what it had, or its default, then what is new of the value
    SUBTRACT    INVALID_CONFIG (40)            what it had, or its default, without one of each of the value

Words of a list are split at commas and compared as they stand, spaces included, as Kafka does.
Sources: KIP-339; `ConfigurationControlManager.java`, `AlterConfigOp.java`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from nilometer_reference.broker.config_keys import ConfigKey, ConfigType
from nilometer_reference.wire.errors import ErrorCode, KafkaError

VALUE_LENGTH_MAX: Final = 32_767
"""Characters of one value; more do not fit a string of the protocol (`Short.MAX_VALUE`)."""


class Operation(IntEnum):
    """Numbers of IncrementalAlterConfigs (KIP-339)."""

    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """One operation on one setting. `value` is None only with DELETE, which does not look at it."""

    name: str
    operation: int
    value: str | None


def check_well_formed(changes: Iterable[ConfigChange]) -> None:
    """Raises INVALID_REQUEST (42) for a name given twice, a null that is not deleted, an unknown operation."""
    names = [change.name for change in changes]
    if len(set(names)) != len(names):
        raise KafkaError(ErrorCode.INVALID_REQUEST, "Error due to duplicate config keys")
    nulls = [change.name for change in changes if change.value is None and change.operation != Operation.DELETE]
    if nulls:
        raise KafkaError(ErrorCode.INVALID_REQUEST, f"Null value not supported for : {', '.join(nulls)}")
    for change in changes:
        if change.operation not in set(Operation):
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unknown operations type {change.operation}")


def apply_changes(
    configs: Mapping[str, str], changes: Iterable[ConfigChange], keys: Mapping[str, ConfigKey]
) -> dict[str, str]:
    """The settings after well-formed changes. `keys` are the settings that are known. Raises INVALID_CONFIG (40)."""
    after = dict(configs)
    for change in changes:
        if change.operation == Operation.DELETE:
            after.pop(change.name, None)
            continue
        assert change.value is not None
        text = change.value
        if change.operation != Operation.SET:
            text = _changed_list(change, after.get(change.name), keys.get(change.name))
        if len(text) > VALUE_LENGTH_MAX:
            raise KafkaError(
                ErrorCode.INVALID_CONFIG,
                f"The configuration value cannot be added because it exceeds the maximum value size of "
                f"{VALUE_LENGTH_MAX} bytes.",
            )
        after[change.name] = text
    return after


def _changed_list(change: ConfigChange, text: str | None, key: ConfigKey | None) -> str:
    assert change.value is not None
    if key is None or key.type != ConfigType.LIST:
        name = Operation(change.operation).name
        raise KafkaError(ErrorCode.INVALID_CONFIG, f"Can't {name} to key {change.name} because its type is not LIST.")
    if text is None:
        text = key.default or ""
    words = [word for word in text.split(",") if word]
    for word in _split(change.value):
        if change.operation == Operation.APPEND:
            if word not in words:
                words.append(word)
        elif word in words:
            words.remove(word)
    return ",".join(words)


def _split(value: str) -> list[str]:
    """`String.split(",")` of Java: empty words at the end are dropped, but the empty string is one empty word."""
    words = value.split(",")
    while len(words) > 1 and not words[-1]:
        words.pop()
    return [] if words == [""] and value else words
