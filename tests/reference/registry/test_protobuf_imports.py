"""The texts are what confluent-kafka-python has in its generated classes."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from confluent_kafka.schema_registry.confluent import meta_pb2
from confluent_kafka.schema_registry.confluent.type import decimal_pb2, variant_pb2
from confluent_kafka.schema_registry.confluent.types import decimal_pb2 as former_decimal_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from nilometer_reference.registry.protobuf_imports import CONFLUENT
from tests.reference.registry.protobuf_files import comparable, compiled

GENERATED = {
    "confluent/meta.proto": meta_pb2,
    "confluent/type/decimal.proto": decimal_pb2,
    "confluent/type/variant.proto": variant_pb2,
    "confluent/types/decimal.proto": former_decimal_pb2,
}


@pytest.mark.parametrize(("name", "module"), GENERATED.items())
def test_a_text_is_what_the_client_knows(tmp_path: Path, name: str, module: ModuleType) -> None:
    known = FileDescriptorProto()
    module.DESCRIPTOR.CopyToProto(known)
    assert comparable(compiled(tmp_path, {name: CONFLUENT[name]})[-1]) == comparable(known)


def test_all_are_asked() -> None:
    assert GENERATED.keys() == CONFLUENT.keys()
