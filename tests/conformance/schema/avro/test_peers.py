"""Peers answer in one form."""

import json
from collections.abc import Iterator

import pytest

from nilometer.schema.avro.peers import AvroJava, Failed, Fastavro, NoPeer, avro_java, plain, without_logical_types

INT_TO_FLOAT = ('"float"', '"int"')


def test_values_are_put_in_one_form() -> None:
    assert plain({"a": [1.5, b"\xff", None, True, "x"]}) == {
        "a": [{"float": "3ff8000000000000"}, {"bytes": "ff"}, None, True, "x"]
    }


def test_logical_types_are_left_out_at_any_depth() -> None:
    written = {"type": "array", "items": {"type": "bytes", "logicalType": "decimal", "precision": 4}}
    assert "logicalType" not in without_logical_types(json.dumps(written))


def test_fastavro_reads_or_says_why_not() -> None:
    assert Fastavro('"long"', '"int"').read(b"\x0e") == 7
    assert isinstance(Fastavro('"int"', '"string"').read(b"\x02a"), Failed)
    assert isinstance(Fastavro('"int"', '"int"').read(b""), Failed)
    assert Fastavro('"int"', '"int"').read(b"\x02\x02") == Failed("bytes are left")


@pytest.fixture(scope="module")
def java() -> Iterator[AvroJava]:
    try:
        with avro_java() as peer:
            yield peer
    except NoPeer as none:
        pytest.skip(str(none))


@pytest.mark.java
def test_avro_java_answers_verdict_kinds_and_values(java: AvroJava) -> None:
    answer = java.ask(*INT_TO_FLOAT, [b"\x02", b""])
    assert answer.compatible
    assert answer.values[0] == plain(1.0)
    assert isinstance(answer.values[1], Failed)
    refused = java.ask('"int"', '"long"')
    assert (refused.compatible, refused.kinds) == (False, ("TYPE_MISMATCH",))


@pytest.mark.java
def test_a_schema_that_java_refuses_is_an_error(java: AvroJava) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        java.ask('"nowhere"', '"int"')


def test_a_peer_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("NILOMETER_HOME", str(tmp_path))
    with pytest.raises(NoPeer, match="nilometer extras install avro-java"), avro_java():
        pass
