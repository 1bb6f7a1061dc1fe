"""Avro verdicts: typical, wide, deep; parse included where the name says so. The aim is 50 ms for the last two."""

from __future__ import annotations

import json
from random import Random

from pytest_benchmark.fixture import BenchmarkFixture

from nilometer.schema.avro.generators import pair
from nilometer_models.schema.avro import AVRO_JAVA, can_read, parse
from nilometer_models.schema.avro.nodes import Json


def wide(fields: int) -> str:
    """One record; two of three fields are optional."""
    optional: Json = ["null", "string"]
    made = [
        {"name": f"f{n}", "type": optional, "default": None} if n % 3 else {"name": f"f{n}", "type": "int"}
        for n in range(fields)
    ]
    return json.dumps({"type": "record", "name": "Wide", "fields": made})


def deep(depth: int) -> Json:
    """Records in unions in records, each of which also contains itself."""
    if depth == 0:
        return "int"
    name = f"R{depth}"
    inner: Json = {"name": "inner", "type": ["null", deep(depth - 1), name]}
    return {"type": "record", "name": name, "fields": [inner, {"name": "again", "type": ["null", name]}]}


def test_typical_pair(benchmark: BenchmarkFixture) -> None:
    random = Random(1)
    pairs = [pair(random) for _ in range(100)]
    benchmark.group = "100 generated pairs"
    benchmark(lambda: [can_read(AVRO_JAVA, one.reader, one.writer) for one in pairs])


def test_1000_fields(benchmark: BenchmarkFixture) -> None:
    schema = parse(wide(1_000))
    assert benchmark(lambda: can_read(AVRO_JAVA, schema, schema)) == []


def test_1000_fields_with_parsing(benchmark: BenchmarkFixture) -> None:
    text = wide(1_000)
    assert benchmark(lambda: can_read(AVRO_JAVA, parse(text), parse(text))) == []


def test_recursion_of_depth_50(benchmark: BenchmarkFixture) -> None:
    schema = parse(json.dumps(deep(50)))
    assert benchmark(lambda: can_read(AVRO_JAVA, schema, schema)) == []
