"""A bounded slice of the campaign, and that it sees what is wrong.

The long run: `python -m nilometer.schema.json_schema --pairs 10000`.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from nilometer.schema.json_schema import campaign
from nilometer.schema.json_schema.campaign import Disagreement, Tally, judge, run
from nilometer.schema.json_schema.generators import Pair
from nilometer.schema.json_schema.peers import Answer, NoPeer, checkers
from nilometer_models.schema.json_schema import Kind, parse

S, N = {"type": "string"}, {"type": "number"}


class Says:
    """A peer that always says the same."""

    def __init__(self, contained: bool | None, *values: Any) -> None:
        self.answer = Answer(contained, values)

    def ask(self, reader: Any, writer: Any, count: int = 0) -> Answer:  # noqa: ARG002
        return self.answer


def pair_of(reader: Any, writer: Any) -> Pair:
    return Pair(parse(json.dumps(reader)), parse(json.dumps(writer)), reader, writer)


def judged(reader: Any, writer: Any, peer: Any = None) -> Tally:
    tally = Tally()
    judge(pair_of(reader, writer), peer, tally)
    return tally


def test_60_pairs_agree_with_jsonsubschema_and_values_of_others_or_are_explained() -> None:
    try:
        with checkers() as peer:
            tally = run(60, Random(11), peer)
    except NoPeer as none:
        pytest.skip(str(none))
    assert not tally.findings, str(tally.findings[0])
    assert tally.counts["jsonsubschema: contained"] > 5
    assert tally.counts["jsonsubschema: not contained"] > 5


def test_200_pairs_agree_with_data_or_are_explained() -> None:
    tally = run(200, Random(12))
    assert not tally.findings, str(tally.findings[0])
    assert tally.counts["refused, and a value shows why"] > 60
    assert "pairs" in str(tally)


def test_a_rule_that_accepts_too_much_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not judged(S, N).findings
    monkeypatch.setattr(campaign, "can_read", lambda *_: [])
    [found] = judged(S, N).findings
    assert "rules accept, and a value is refused" in found.what


def test_a_rule_that_refuses_too_much_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = ({}, S)
    assert not judged(*pair).findings
    monkeypatch.setattr(campaign, "can_read", lambda *_: [type("Difference", (), {"kind": Kind.ENUM_NARROWED})])
    [found] = judged(*pair).findings
    assert "value removed" in found.what


def test_a_peer_that_denies_what_is_proved_is_a_finding() -> None:
    assert not judged({}, S, Says(True)).findings
    [found] = judged({}, S, Says(False)).findings
    assert "jsonsubschema says not contained" in found.what


def test_a_peer_that_says_contained_against_a_value_is_a_finding_unless_a_reason_is_found() -> None:
    [found] = judged({"type": "integer"}, N, Says(True)).findings
    assert "jsonsubschema says contained" in found.what
    tally = judged({**S, "pattern": "a", "minLength": 2}, {**S, "pattern": "a"}, Says(True))
    assert len(tally.findings) == 1  # it says so without the pattern, too


def test_a_peers_value_can_be_the_witness() -> None:
    reader = {**S, "pattern": "^.{0,70}$"}
    assert judged(reader, S, Says(None)).counts["refused, and a value shows why"] == 0
    assert judged(reader, S, Says(None, "x" * 71)).counts["refused, and a value shows why"] == 1


def test_a_writer_that_writes_nothing_is_told_apart() -> None:
    nothing = {"type": "integer", "minimum": 3, "maximum": 0}
    counts = judged(S, nothing, Says(None)).counts
    assert counts["refused, explained: no value of the writer was found, it may have none"] == 1
    assert (
        judged(S, nothing, Says(True)).counts["refused although contained, explained: the writer can write nothing"]
        == 1
    )


def test_a_finding_is_told_with_all_that_is_needed_to_see_it_again() -> None:
    text = str(Disagreement("what", pair_of(S, N), 1))
    assert text == 'what\n  writer {"type": "number"}\n  reader {"type": "string"}\n  value 1'
