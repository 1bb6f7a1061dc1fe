"""Every kind that is listed as stricter than data still is, on its pair."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from nilometer.schema.json_schema.known import STRICTER, Stricter
from nilometer.schema.json_schema.peers import Checkers, NoPeer, checkers
from nilometer_models.schema.json_schema import CONFLUENT, Kind, can_read, parse
from nilometer_models.schema.json_schema.semantic import Verdict, contained

UNKNOWN_TO_JSONSUBSCHEMA: set[Kind] = set()
"""Kinds whose pair it cannot judge."""


@pytest.fixture(scope="module")
def peer() -> Iterator[Checkers | None]:
    try:
        with checkers() as made:
            yield made
    except NoPeer:
        yield None


@pytest.mark.parametrize(("kind", "known"), STRICTER.items())
def test_the_rules_refuse_what_no_value_does(kind: Kind, known: Stricter) -> None:
    reader, writer = parse(json.dumps(known.reader)), parse(json.dumps(known.writer))
    assert kind in {difference.kind for difference in can_read(CONFLUENT, reader, writer)}
    assert contained(reader, writer, mixed=1_000).verdict is not Verdict.REFUTED


@pytest.mark.parametrize(("kind", "known"), STRICTER.items())
def test_jsonsubschema_agrees_that_it_is_contained(kind: Kind, known: Stricter, peer: Checkers | None) -> None:
    if peer is None:
        pytest.skip("jsonsubschema is not installed: install with `nilometer extras install json-checkers`")
    expected = None if kind in UNKNOWN_TO_JSONSUBSCHEMA else True
    assert peer.ask(known.reader, known.writer, 0).contained is expected
