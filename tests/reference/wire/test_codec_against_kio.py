"""Byte for byte what `kio` writes and reads, on random messages of every (message, version) that it has.

kio is generated from Kafka's definitions by other hands. It reads error codes into an enum and times into
`timedelta` and `datetime`, so the samples keep to values that those can hold; unknown tags it refuses.
"""

from __future__ import annotations

import io
from random import Random
from typing import Any

import pytest
from kio.index import load_entity_schema
from kio.schema.errors import ErrorCode
from kio.schema.index import schema_name_map
from kio.serial import entity_reader, entity_writer
from kio.static.constants import EntityType

from nilometer_reference.wire import codec
from nilometer_reference.wire.table import Field, Message
from tests.reference.wire.sample_messages import Sampler, modules, pairs

SAMPLES = 12
TIME_WORDS = ("_ms", "timestamp", "_time")
ERROR_CODES = [int(code) for code in ErrorCode]
KIO_NAMES = {name.replace("_", ""): name for name in schema_name_map}


class KioSampler(Sampler):
    """Only what kio's Python types can hold: codes that it knows, instants after 1970 and before 9999."""

    def integer(self, each: Field, element: str) -> int:
        if each.name.endswith("error_code"):
            return self.random.choice(ERROR_CODES)
        if element == "int64" and any(word in each.name for word in TIME_WORDS):
            return self.random.randrange(2**41)
        return super().integer(each, element)


def kio_class(message: Message, version: int) -> Any:
    """kio's class of that message, None if it has none."""
    kind = {"request": EntityType.request, "response": EntityType.response}.get(message.kind, EntityType.data)
    base = modules()[message.name]
    if message.kind == "data":
        base = message.name
        kind = EntityType.header if message.name.endswith("Header") else EntityType.data
    name = KIO_NAMES.get(base.replace("_", "").lower())
    if name is None or kind not in schema_name_map[name].get(version, {}):
        return None
    return load_entity_schema(name, version, kind)


COMMON = [(m, v, kio_class(m, v)) for m, v in pairs() if kio_class(m, v) is not None]


def write(message: Any) -> bytes:
    out = io.BytesIO()
    entity_writer(type(message))(out, message)
    return out.getvalue()


@pytest.mark.parametrize(("message", "version", "theirs"), COMMON, ids=[f"{m.name}-{v}" for m, v, _ in COMMON])
def test_both_write_the_same_bytes_and_read_the_same_message(message: Message, version: int, theirs: Any) -> None:
    random = Random(f"{message.name} {version}")
    for _ in range(SAMPLES):
        ours = KioSampler(random).message(message, version)
        encoded = codec.encode(ours, version)
        read, size = entity_reader(theirs)(encoded, 0)
        assert size == len(encoded)
        assert write(read) == encoded
        assert codec.encode(codec.decode(type(ours), write(read), version), version) == encoded


def test_nearly_every_pair_is_compared() -> None:
    requests_and_responses = [(m, v) for m, v in pairs() if m.kind != "data"]
    missing = [(m.name, v) for m, v in requests_and_responses if kio_class(m, v) is None]
    assert missing == []
