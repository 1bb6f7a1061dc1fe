"""A slice of the campaign, and that it would find what is wrong.

The long run: `python -m nilometer.schema.avro --pairs 100000`.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from nilometer.schema.avro.campaign import Case, Disagreement, Tally, as_json, case, case_of, judge, run, single
from nilometer.schema.avro.generators import SchemaPair
from nilometer.schema.avro.peers import Answer, Failed, NoPeer, avro_java, plain
from nilometer_models.schema.avro import parse


def pair_of(reader: str, writer: str) -> SchemaPair:
    return SchemaPair(reader, writer, parse(reader), parse(writer), ())


def judged(one: Case, answer: Answer | None = None) -> Tally:
    tally = Tally()
    judge(one, answer, tally, Random(1))
    return tally


@pytest.mark.java
def test_1000_pairs_agree_with_avro_java_and_fastavro_or_are_explained() -> None:
    try:
        with avro_java() as java:
            tally = run(1_000, Random(101), java)
    except NoPeer as none:
        pytest.skip(str(none))
    assert not tally.findings, "\n".join(map(str, tally.findings[:3]))
    assert tally.counts["verdicts of Avro Java"] == 1_000
    assert tally.counts["incompatible, no value found"] <= 2


def test_1000_pairs_agree_with_fastavro_or_are_explained() -> None:
    tally = run(1_000, Random(202))
    assert not tally.findings, "\n".join(map(str, tally.findings[:3]))


def test_pairs_without_values_are_told_apart() -> None:
    tally = run(400, Random(3), uninhabited=True)
    assert not tally.findings
    assert tally.counts["incompatible, explained: uninhabited"] > 0


def test_a_wrong_verdict_is_a_finding() -> None:
    one = case_of(pair_of('"long"', '"int"'), Random(1))
    right = tuple(plain(value) for value in one.values)
    assert not judged(one, Answer(compatible=True, kinds=(), values=right)).findings
    found = judged(one, Answer(compatible=False, kinds=("TYPE_MISMATCH",), values=right)).findings
    assert [finding.what for finding in found] == ["verdict of Avro Java"]


def test_another_kind_is_a_finding() -> None:
    one = case_of(pair_of('"int"', '"long"'), Random(1))
    failed = tuple(Failed("no") for _ in one.values)
    assert not judged(one, Answer(compatible=False, kinds=("TYPE_MISMATCH",), values=failed)).findings
    assert judged(one, Answer(compatible=False, kinds=("NAME_MISMATCH",), values=failed)).findings


@pytest.mark.parametrize("wrong", [Failed("it broke"), 12345, "7"])
def test_a_value_that_a_decoder_does_not_read_is_a_finding(wrong: object) -> None:
    one = case_of(pair_of('"long"', '"int"'), Random(1))
    values = (*(plain(value) for value in one.values[1:]),)
    found = judged(one, Answer(compatible=True, kinds=(), values=(wrong, *values))).findings
    assert [finding.what for finding in found] == ["Avro Java"]


def test_a_compatible_verdict_without_a_meaning_is_a_finding() -> None:
    """As if the rules had called long readable by int."""
    one = case_of(pair_of('"int"', '"long"'), Random(1))
    one.meaning.solution = replace(one.meaning.solution, fallen=frozenset())
    assert {finding.what for finding in judged(one).findings} >= {"no meaning"}


def test_a_finding_is_told_with_all_that_is_needed_to_see_it_again() -> None:
    text = str(Disagreement("fastavro", pair_of('"long"', '"int"'), "7", 7, 8))
    assert text == 'fastavro\n  reader "long"\n  writer "int"\n  value 7\n  expected 7\n  got 8'


def test_values_are_compared_in_single_precision_or_as_json_where_that_explains() -> None:
    assert single(plain([16777217.0])) == single(plain([16777216.0]))
    assert single(plain(1e300)) != single(plain(1e299))
    assert single({"a": 1}) == {"a": 1}
    assert as_json(plain({"a": 8.0})) == as_json({"a": 8})
    assert as_json({"a": [plain(b"\xff")]}) == {"a": ["\u00ff"]}


def test_cases_have_values_where_there_are_any() -> None:
    assert len(case(Random(1)).values) == 12
    assert case_of(pair_of('"int"', "[]"), Random(1)).values == ()
