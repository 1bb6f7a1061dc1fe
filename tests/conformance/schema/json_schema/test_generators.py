"""Pairs parse, are the same for a seed, and both verdicts are common."""

from __future__ import annotations

import json
from random import Random

from nilometer.schema.json_schema.generators import change, changed, pair, places, schema
from nilometer_models.schema.json_schema import CONFLUENT, can_read


def test_a_seed_gives_the_same_pairs() -> None:
    first, second = (Random(7) for _ in range(2))
    for _ in range(20):
        one, other = pair(first), pair(second)
        assert (one.reader_written, one.writer_written) == (other.reader_written, other.writer_written)


def test_both_verdicts_are_common_and_few_pairs_are_equal() -> None:
    random = Random(1)
    pairs = [pair(random) for _ in range(200)]
    accepted = sum(not can_read(CONFLUENT, one.reader, one.writer) for one in pairs)
    assert 30 < accepted < 150
    assert sum(one.reader_written == one.writer_written for one in pairs) < 40


def test_every_keyword_of_the_reasons_occurs() -> None:
    random = Random(2)
    said = json.dumps([schema(random) for _ in range(600)])
    for word in ("if", "contains", "propertyNames", "patternProperties", "oneOf", "not", "default", "dependencies"):
        assert f'"{word}"' in said, word


def test_a_change_is_made_in_one_place() -> None:
    written = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}, "allOf": [{"type": "object"}]}
    assert {key for _, key in places(written)} == {"a", 0}
    random = Random(3)
    made = [changed(random, json.loads(json.dumps(written))) for _ in range(50)]
    assert len({json.dumps(one) for one in made}) > 20
    assert change(Random(1), True) is not None
