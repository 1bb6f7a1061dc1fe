"""What the metadata journal says of topics and of brokers' dynamic settings, a tombstone for what is gone.

    key                      value (JSON)
    topic/<name>             {"id": 22 characters, "partitions": n, "configs": {…}, "deleting": bool}
    broker/<number or "">    {setting: value}

Other keys of the journal belong to others. A record says all of its subject: the last one counts.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.wire.uuids import uuid_text

Entry = tuple[bytes, bytes | None]
"""A key and a value of the journal."""


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """A topic as recorded. `is_deleting`: its logs may be gone already."""

    topic_id: bytes
    partition_count: int
    configs: Mapping[str, str]
    is_deleting: bool = False


@dataclass(slots=True)
class Recorded:
    """All that the journal holds: topics by name, dynamic settings by broker number ("" for every broker)."""

    topics: dict[str, TopicRecord] = field(default_factory=dict)
    brokers: dict[str, dict[str, str]] = field(default_factory=dict)


def topic_entry(name: str, record: TopicRecord | None) -> Entry:
    """The entry that makes this the record of a topic; None for its tombstone."""
    if record is None:
        return _key("topic", name), None
    value = {
        "id": uuid_text(record.topic_id),
        "partitions": record.partition_count,
        "configs": dict(record.configs),
        "deleting": record.is_deleting,
    }
    return _key("topic", name), json.dumps(value, sort_keys=True).encode()


def broker_entry(resource: str, configs: Mapping[str, str]) -> Entry:
    """The entry that makes these all of the dynamic settings of a broker."""
    return _key("broker", resource), json.dumps(dict(configs), sort_keys=True).encode() if configs else None


def read(records: Iterable[JournalRecord]) -> Recorded:
    """What the records come to, in the order in which they were appended."""
    found = Recorded()
    for record in records:
        kind, _, name = record.key.decode().partition("/")
        if kind == "broker":
            found.brokers[name] = {} if record.value is None else json.loads(record.value)
        elif kind == "topic" and record.value is None:
            found.topics.pop(name, None)
        elif kind == "topic" and record.value is not None:
            value = json.loads(record.value)
            topic_id = base64.urlsafe_b64decode(value["id"] + "==")
            found.topics[name] = TopicRecord(topic_id, value["partitions"], value["configs"], value["deleting"])
    return found


def _key(kind: str, name: str) -> bytes:
    return f"{kind}/{name}".encode()
