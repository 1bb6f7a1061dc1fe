"""Every pair that is listed still shows what it is listed for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from nilometer.schema.json_schema.campaign import refuted_with_room
from nilometer.schema.json_schema.generators import Pair
from nilometer.schema.json_schema.known import LOOSER, MISJUDGED, NO_ROOM, STRICTER, Stricter, Witnessed
from nilometer.schema.json_schema.peers import Checkers, NoPeer, checkers
from nilometer.schema.json_schema.reasons import refutes
from nilometer_models.schema.json_schema import CONFLUENT, Kind, can_read, parse
from nilometer_models.schema.json_schema.semantic import Verdict, contained


@pytest.fixture(scope="module")
def peer() -> Iterator[Checkers | None]:
    try:
        with checkers() as made:
            yield made
    except NoPeer:
        yield None


@pytest.mark.parametrize(("kind", "known"), [*STRICTER.items(), *NO_ROOM.items()])
def test_the_rules_refuse_what_no_value_does(kind: Kind, known: Stricter) -> None:
    reader, writer = parse(json.dumps(known.reader)), parse(json.dumps(known.writer))
    assert kind in {difference.kind for difference in can_read(CONFLUENT, reader, writer)}
    assert contained(reader, writer, mixed=1_000).verdict is not Verdict.REFUTED


@pytest.mark.parametrize("known", NO_ROOM.values(), ids=NO_ROOM)
def test_with_room_a_value_differs(known: Stricter) -> None:
    both = parse(json.dumps(known.reader)), parse(json.dumps(known.writer))
    assert refuted_with_room(Pair(*both, known.reader, known.writer))


@pytest.mark.parametrize("known", STRICTER.values(), ids=STRICTER)
def test_jsonsubschema_agrees_that_it_is_contained(known: Stricter, peer: Checkers | None) -> None:
    assert there(peer).ask(known.reader, known.writer, 0).contained is True


@pytest.mark.parametrize("known", LOOSER.values(), ids=LOOSER)
def test_the_rules_accept_what_a_value_refutes(known: Witnessed) -> None:
    reader, writer = parse(json.dumps(known.reader)), parse(json.dumps(known.writer))
    assert not can_read(CONFLUENT, reader, writer)
    assert refutes(known.reader, known.writer, known.value)
    assert contained(reader, writer).verdict is Verdict.REFUTED


@pytest.mark.parametrize("known", MISJUDGED.values(), ids=MISJUDGED)
def test_jsonsubschema_calls_contained_what_a_value_refutes(known: Witnessed, peer: Checkers | None) -> None:
    assert refutes(known.reader, known.writer, known.value)
    assert there(peer).ask(known.reader, known.writer, 0).contained is True


def there(peer: Checkers | None) -> Checkers:
    if peer is None:
        pytest.skip("jsonsubschema is not installed: install with `nilometer extras install json-checkers`")
    return peer
