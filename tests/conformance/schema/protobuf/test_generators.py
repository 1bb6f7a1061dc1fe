"""Generated files are accepted by protoc, and every change and every verdict is met."""

from random import Random

from nilometer.schema.protobuf.generators import CHANGES, file, pair
from nilometer_models.schema.protobuf import CONFLUENT, Kind, all_differences, can_read, parse

PAIRS = [pair(Random(seed)) for seed in range(150)]


def test_texts_and_trees_are_the_same_files() -> None:
    for one in PAIRS[:50]:
        assert parse(one.reader_text) is one.reader
        assert parse(one.writer_text) is one.writer


def test_a_pair_is_its_seed() -> None:
    assert pair(Random(7)).reader_text == pair(Random(7)).reader_text
    assert file(Random(7)).text == file(Random(7)).text


def test_every_change_is_made_and_both_answers_come_often() -> None:
    made = [change for one in PAIRS for change in one.changes]
    assert set(made) == {change.__name__ for change in CHANGES}
    refused = sum(bool(can_read(CONFLUENT, one.reader, one.writer)) for one in PAIRS)
    assert len(PAIRS) // 10 < refused < len(PAIRS) // 2


def test_most_kinds_of_differences_are_met() -> None:
    met = {found.kind for one in PAIRS for found in all_differences(one.reader, one.writer)}
    assert len(met) > len(Kind) // 2
