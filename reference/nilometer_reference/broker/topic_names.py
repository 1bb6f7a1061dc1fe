"""Which names a topic may have, and which names mean something.

    name                                        may be created        listed as internal
    "", ".", "..", 250 characters, "a b"        no (17)
    a.b beside a_b                              no (17)                                      (KAFKA-2337)
    __cluster_metadata                          no (42)               is never listed
    __consumer_offsets, __transaction_state     yes                   yes

Source: `Topic.java`.
"""

from __future__ import annotations

import re
from typing import Final

from nilometer_reference.wire.errors import ErrorCode, KafkaError

CONSUMER_OFFSETS: Final = "__consumer_offsets"
TRANSACTION_STATE: Final = "__transaction_state"
CLUSTER_METADATA: Final = "__cluster_metadata"
INTERNAL: Final = frozenset({CONSUMER_OFFSETS, TRANSACTION_STATE, "__share_group_state"})
"""Topics that Metadata marks as internal. `__cluster_metadata` is never listed."""

NAME_LENGTH_MAX: Final = 249


def check_topic_name(name: str) -> None:
    """Raises INVALID_TOPIC_EXCEPTION (17)."""
    wrong = None
    if not name:
        wrong = "the empty string is not allowed"
    elif name in {".", ".."}:
        wrong = f"'{name}' is not allowed"
    elif len(name) > NAME_LENGTH_MAX:
        wrong = f"the length of '{name}' is longer than the max allowed length {NAME_LENGTH_MAX}"
    elif not re.fullmatch(r"[a-zA-Z0-9._-]+", name):
        wrong = f"'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
    if wrong is not None:
        raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, f"Topic name is invalid: {wrong}")


def metric_name(name: str) -> str:
    """Metrics have `_` for `.`; two topics must not meet there (KAFKA-2337)."""
    return name.replace(".", "_")
