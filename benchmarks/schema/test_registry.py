"""The registry's verdicts on 1,000 fields and on 50 levels, parsing included. The aim is 50 ms for each."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.schema.shapes import deep, wide
from nilometer_reference.registry.checking import check
from nilometer_reference.registry.records import StoredSchema
from nilometer_reference.registry.subjects import Subject

LEAVES = {
    "AVRO": ("int", "long", "string"),
    "JSON": ("integer", "number", "string"),
    "PROTOBUF": ("int32", "int64", "string"),
}
"""The type that was written, one that reads it, one that does not."""
SUBJECT = Subject(".", "s")


@pytest.mark.parametrize("fits", [True, False], ids=["good", "bad"])
@pytest.mark.parametrize("type", LEAVES)
@pytest.mark.parametrize("shape", [wide, deep])
def test_verdict(benchmark: BenchmarkFixture, shape: Callable[[str, str], str], type: str, fits: bool) -> None:
    benchmark.group = f"registry, {shape.__name__}"
    written, wider, other = LEAVES[type]
    old, new = shape(type, written), shape(type, wider if fits else other)
    spaces = itertools.count()

    def unseen() -> tuple[tuple[StoredSchema, StoredSchema], dict[str, object]]:
        """Texts that no memory of parsed ones knows."""
        before = " " * next(spaces)
        first, second = (StoredSchema(SUBJECT, n, n, before + text, type) for n, text in ((1, old), (2, new)))
        return (first, second), {}

    def verdict(first: StoredSchema, second: StoredSchema) -> list[str]:
        return check("BACKWARD", second, [first], lambda _: {})

    assert (benchmark.pedantic(verdict, setup=unseen, rounds=30) == []) == fits
