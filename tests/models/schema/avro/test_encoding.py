"""Bytes as the specification has them, and as a reader that we did not write takes them."""

import io
import json
from random import Random

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer.schema.avro.generators import pair
from nilometer.schema.avro.peers import plain, without_logical_types
from nilometer_models.schema.avro import parse
from nilometer_models.schema.avro.dialects import AVRO_PYTHON
from nilometer_models.schema.avro.encoding import encode, zigzag
from nilometer_models.schema.avro.meaning import Meaning
from nilometer_models.schema.avro.values import Tagged, Values


@pytest.mark.parametrize(
    ("number", "hexadecimal"),
    [(0, "00"), (-1, "01"), (1, "02"), (-64, "7f"), (64, "8001"), (2**63 - 1, "feffffffffffffffff01")],
)
def test_numbers_are_zigzag_varints(number: int, hexadecimal: str) -> None:
    assert zigzag(number).hex() == hexadecimal


def test_the_examples_of_the_specification() -> None:
    fields = [{"name": "a", "type": "long"}, {"name": "b", "type": "string"}]
    record = parse(json.dumps({"type": "record", "name": "test", "fields": fields}))
    assert encode(record, {"a": 27, "b": "foo"}).hex() == "3606666f6f"
    assert encode(parse('{"type": "array", "items": "long"}'), [3, 27]).hex() == "04063600"
    assert encode(parse('["null", "string"]'), Tagged(1, "a")).hex() == "020261"
    assert encode(parse('{"type": "enum", "name": "Foo", "symbols": ["A", "B", "C", "D"]}'), "D").hex() == "06"


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_fastavro_reads_what_we_write(random: Random) -> None:
    one = pair(random)
    value = Values(one.writer, random).draw()
    stream = io.BytesIO(encode(one.writer, value))
    read = fastavro.schemaless_reader(stream, json.loads(without_logical_types(one.writer_text)), None)
    assert not stream.read()
    assert plain(read) == plain(Meaning(one.writer, one.writer, AVRO_PYTHON).read(value))
