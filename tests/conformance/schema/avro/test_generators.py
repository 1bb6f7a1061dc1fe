"""Pairs parse, vary, and shrink."""

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from nilometer.schema.avro.generators import CHANGES, default_of, pair, slots, writer
from nilometer_models.schema.avro import AVRO_JAVA, can_read, parse
from nilometer_models.schema.avro.values import heights


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_pairs_parse_and_have_values(random: Random) -> None:
    one = pair(random)
    assert parse(one.reader_text) == one.reader
    assert None not in heights(one.writer)
    assert set(one.changes) <= set(CHANGES)


def test_a_seed_gives_the_same_pairs_whatever_was_drawn_before() -> None:
    first, second = ([pair(random) for _ in range(2_000)] for random in (Random(8), Random(8)))
    assert [(one.reader_text, one.writer_text) for one in first] == [
        (one.reader_text, one.writer_text) for one in second
    ]


def test_every_change_is_made_and_both_verdicts_come() -> None:
    random = Random(3)
    pairs = [pair(random) for _ in range(1_000)]
    assert {change for one in pairs for change in one.changes} == set(CHANGES)
    verdicts = Counter(not can_read(AVRO_JAVA, one.reader, one.writer) for one in pairs)
    assert min(verdicts[True], verdicts[False]) > 100


def test_types_without_values_come_on_request() -> None:
    random = Random(3)
    drawn = [pair(random, uninhabited=True) for _ in range(300)]
    assert any(None in heights(one.writer) for one in drawn)


def test_a_pair_shrinks_to_the_smallest_of_its_kind() -> None:
    patient = settings(max_examples=2_000, database=None, phases=[Phase.generate, Phase.shrink])
    found = find(
        st.randoms(use_true_random=False).map(pair),
        lambda one: bool(can_read(AVRO_JAVA, one.reader, one.writer)),
        settings=patient,
        random=Random(1),
    )
    assert len(found.reader_text) + len(found.writer_text) < 60


def test_slots_are_all_places_of_types() -> None:
    written = {"root": {"type": "record", "name": "R", "fields": [{"name": "a", "type": ["null", {"type": "map", "values": "int"}]}]}}  # fmt: skip  # noqa: E501
    assert [json.dumps(slot.type)[:8] for slot in slots(written, "root")] == [
        '{"type":', '["null",', '"null"', '{"type":', '"int"'
    ]  # fmt: skip


def test_defaults_are_of_their_type() -> None:
    assert default_of(["null", "int"]) is None
    assert default_of({"type": "fixed", "name": "F", "size": 2}) == "\u0001\u0001"
    with pytest.raises(KeyError):
        default_of("n.R")


def test_depth_bounds_the_nesting() -> None:
    assert all("record" not in json.dumps(writer(Random(seed), 0)) for seed in range(50))
