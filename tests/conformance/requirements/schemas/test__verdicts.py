"""Which dialects explain what a registry says."""

from __future__ import annotations

import json

import pytest

from nilometer.clients.registry import HttpExchange
from nilometer.requirements.schemas._schemas import record, text
from nilometer.requirements.schemas._verdicts import Dialects, accepted, may_follow, says_compatible
from nilometer.requirements.schemas.verdict_matches_model import NOT_TRANSITIVE, TELLING
from nilometer_models.schema.avro import AVRO_JAVA

ALIAS = [text(one) for one in TELLING["a record has an alias"]]


def test_a_transitive_level_looks_at_every_version() -> None:
    first, second, third = (text(one) for one in NOT_TRANSITIVE)
    assert may_follow(AVRO_JAVA, "BACKWARD", third, [(1, first), (2, second)])
    assert not may_follow(AVRO_JAVA, "BACKWARD_TRANSITIVE", third, [(1, first), (2, second)])
    assert may_follow(AVRO_JAVA, "FULL_TRANSITIVE", third, [])


def test_an_answer_leaves_the_dialects_that_give_it() -> None:
    old, new = ALIAS
    for verdict, left in ((True, {"avro-java", "avro-python", "avro-spec"}), (False, {"redpanda"})):
        dialects = Dialects()
        expected = dialects.expected("BACKWARD", new, [(1, old)])
        assert set(expected) == {True, False}
        assert dialects.learn(verdict, expected)
        assert {one.name for one in dialects.possible} == left
        expected = dialects.expected("BACKWARD", new, [(1, old)])
        assert not dialects.learn(not verdict, expected), "it has said the opposite before"


def test_an_answer_that_no_dialect_gives_changes_nothing() -> None:
    dialects = Dialects()
    expected = dialects.expected("BACKWARD", text(record("k.R", ("a", "int"))), [(1, text(record("k.R", "a")))])
    assert not dialects.learn(True, expected)
    assert len(dialects.possible) == 4
    assert "Redpanda" in str(dialects)


def answered(status: int, value: object) -> HttpExchange:
    return HttpExchange(1, "n", "POST", "/", None, 0, status=status, data=json.dumps(value).encode())


@pytest.mark.parametrize(("exchange", "verdict"), [
    (answered(200, {"id": 1}), True), (answered(409, {"error_code": 409}), False),
    (answered(409, {"error_code": 40901}), False), (answered(422, {"error_code": 42201}), None),
    (answered(409, {}), None),
])  # fmt: skip
def test_a_registration_is_a_verdict_or_none(exchange: HttpExchange, verdict: bool | None) -> None:
    assert accepted(exchange) is verdict


@pytest.mark.parametrize(("exchange", "verdict"), [
    (answered(200, {"is_compatible": False}), False), (answered(200, {"is_compatible": True, "messages": []}), True),
    (answered(200, []), None), (answered(404, {"error_code": 40402}), None),
])  # fmt: skip
def test_the_endpoint_gives_a_verdict_or_none(exchange: HttpExchange, verdict: bool | None) -> None:
    assert says_compatible(exchange) is verdict
