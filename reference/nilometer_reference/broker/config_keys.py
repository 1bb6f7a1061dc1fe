"""What one setting is: name, type, default, the values that it takes, and how it is read and shown.

    text      "168", " true ", "compact, delete"      as clients send it and topics keep it
    value     168, True, ["compact", "delete"]        as the broker uses it
    shown     "168", "true", "compact,delete"         as DescribeConfigs shows it

Sources: `ConfigDef.java` (parsing, printing, validators), `DescribeConfigsResponse.java` (numbers).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from nilometer_reference.wire.errors import ErrorCode, KafkaError

Value = bool | int | float | str | list[str]
Check = Callable[[Value], str | None]
"""Says what is wrong with a value; None if nothing is."""


class ConfigType(IntEnum):
    """Numbers of DescribeConfigs (KIP-569)."""

    BOOLEAN = 1
    STRING = 2
    INT = 3
    SHORT = 4
    LONG = 5
    DOUBLE = 6
    LIST = 7
    CLASS = 8
    PASSWORD = 9


class ConfigSource(IntEnum):
    """Where the value in force comes from (KIP-226); a smaller number of a broker or topic source wins."""

    TOPIC_CONFIG = 1
    DYNAMIC_BROKER_CONFIG = 2
    DYNAMIC_DEFAULT_BROKER_CONFIG = 3
    STATIC_BROKER_CONFIG = 4
    DEFAULT_CONFIG = 5
    GROUP_CONFIG = 8


INTEGER_BITS = {ConfigType.SHORT: 16, ConfigType.INT: 32, ConfigType.LONG: 64}


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """One setting. `default` is text as `shown`; None if it has no default of its own."""

    name: str
    type: ConfigType
    default: str | None
    check: Check | None = None
    documentation: str = ""

    def parse(self, text: str) -> Value:
        """The value of a text. Raises INVALID_CONFIG (40) for a text or a value that it does not take."""
        value = self._convert(text)
        wrong = self.check(value) if self.check else None
        if wrong is not None:
            raise invalid_value(self.name, text, wrong)
        return value

    def shown(self, text: str) -> str:
        """A valid text as DescribeConfigs shows it."""
        return show(self.parse(text))

    def _convert(self, text: str) -> Value:
        trimmed = text.strip()
        if self.type == ConfigType.BOOLEAN:
            if trimmed.lower() not in {"true", "false"}:
                raise invalid_value(self.name, text, "Expected value to be either true or false")
            return trimmed.lower() == "true"
        if self.type in INTEGER_BITS:
            return self._convert_integer(text, trimmed)
        if self.type == ConfigType.DOUBLE:
            if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", trimmed, re.ASCII):
                raise invalid_value(self.name, text, "Not a number of type DOUBLE")
            return float(trimmed)
        if self.type == ConfigType.LIST:
            return re.split(r"\s*,\s*", trimmed) if trimmed else []
        return trimmed

    def _convert_integer(self, text: str, trimmed: str) -> int:
        if re.fullmatch(r"[+-]?[0-9]{1,30}", trimmed):
            value = int(trimmed)
            bound = 1 << (INTEGER_BITS[self.type] - 1)
            if -bound <= value < bound:
                return value
        raise invalid_value(self.name, text, f"Not a number of type {self.type.name}")


def invalid_value(name: str, text: str, why: str) -> KafkaError:
    return KafkaError(ErrorCode.INVALID_CONFIG, f"Invalid value {text} for configuration {name}: {why}")


def show(value: Value) -> str:
    """A value as Kafka prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, float):
        return _show_double(value)
    return str(value)


def _show_double(value: float) -> str:
    """`Double.toString` of Java: plain from 0.001 up to 10 million, else with an exponent after an E."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    significant = text.rstrip("0")
    fraction = significant[1:] or "0"
    return f"{'-' * sign}{significant[0]}.{fraction}E{exponent + len(text) - 1}"


def at_least(minimum: int) -> Check:
    """`minimum` is allowed itself."""

    def check(value: Value) -> str | None:
        assert isinstance(value, int | float)
        return None if value >= minimum else f"Value must be at least {minimum}"

    return check


def unlimited_or_at_least(minimum: int) -> Check:
    """-1 for no bound, or `minimum` and more."""

    def check(value: Value) -> str | None:
        assert isinstance(value, int)
        return None if value == -1 or value >= minimum else f"Value must be -1 or at least {minimum}"

    return check


def between(minimum: int, maximum: int) -> Check:
    """Both bounds are allowed themselves."""

    def check(value: Value) -> str | None:
        assert isinstance(value, int | float)
        if value < minimum:
            return f"Value must be at least {minimum}"
        return None if value <= maximum else f"Value must be no more than {maximum}"

    return check


def one_of(*words: str) -> Check:
    def check(value: Value) -> str | None:
        return None if value in words else f"String must be one of: {', '.join(words)}"

    return check


def list_of(*words: str) -> Check:
    """Any of the words, each at most once; also none (an empty list)."""

    def check(value: Value) -> str | None:
        assert isinstance(value, list)
        if len(set(value)) != len(value):
            return "values must not be duplicated."
        if "" in value:
            return "values must not be empty."
        return None if set(value) <= set(words) else f"String must be one of: {', '.join(words)}"

    return check


def gzip_level(value: Value) -> str | None:
    """1 to 9, or -1 for the codec's own default."""
    assert isinstance(value, int)
    return None if value == -1 or 1 <= value <= 9 else "Value must be between 1 and 9 or equal to -1"


def throttled_replicas(value: Value) -> str | None:
    """`*` for all, or partition:broker pairs, among which empty words are passed over (KIP-73)."""
    assert isinstance(value, list)
    if value == ["*"] or all(re.fullmatch(r"([0-9]+:[0-9]+)?", pair) for pair in value):
        return None
    return "must be the literal '*' or a list of replicas as [partitionId]:[brokerId],..."
