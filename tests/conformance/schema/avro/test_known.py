"""Every known disagreement still reproduces, and each explanation of the campaign has its minimal pair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nilometer.schema.avro.campaign import EXPLAINED
from nilometer.schema.avro.known import FAILS, KNOWN, Known
from nilometer.schema.avro.peers import AvroJava, Failed, Fastavro, NoPeer, avro_java, plain
from nilometer_models.schema.avro import parse
from nilometer_models.schema.avro.encoding import encode
from nilometer_models.schema.avro.meaning import Meaning, Undefined

ROWS = pytest.mark.parametrize("row", KNOWN, ids=[row.words for row in KNOWN])


def said(answer: Any) -> Any:
    return FAILS if isinstance(answer, Failed) else answer


@ROWS
def test_the_model_says_what_the_row_says(row: Known) -> None:
    meaning = Meaning(parse(row.reader), parse(row.writer))
    assert meaning.compatible is row.compatible
    try:
        found = plain(meaning.read(row.value))
    except Undefined:
        found = FAILS
    assert found == row.meaning


@ROWS
def test_fastavro_still_answers_so(row: Known) -> None:
    data = encode(parse(row.writer), row.value)
    assert said(Fastavro(row.reader, row.writer).read(data)) == row.fastavro


@pytest.fixture(scope="module")
def java() -> Iterator[AvroJava]:
    try:
        with avro_java() as peer:
            yield peer
    except NoPeer as none:
        pytest.skip(str(none))


@pytest.mark.java
@ROWS
def test_avro_java_still_answers_so(row: Known, java: AvroJava) -> None:
    answer = java.ask(row.reader, row.writer, [encode(parse(row.writer), row.value)])
    assert answer.compatible is row.java_compatible
    assert said(answer.values[0]) == row.java


def test_each_row_is_a_disagreement() -> None:
    for row in KNOWN:
        verdicts = {row.compatible, row.java_compatible}
        answers = {str(one) for one in (row.meaning, row.fastavro, row.java)}
        assert len(verdicts) > 1 or len(answers) > 1 or not row.compatible, row.words


def test_every_explanation_has_a_row() -> None:
    assert {row.id for row in KNOWN} == set(EXPLAINED) - {"uninhabited"}
