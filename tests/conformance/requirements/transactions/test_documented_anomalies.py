from nilometer.verdict import Level, Word
from tests.conformance.requirements.judging import assert_holds, judge


def test_what_kafka_does_not_exclude_is_counted_and_never_fails_a_run(honest):
    result = judge("T5", honest)
    assert_holds(result)
    assert result.level is Level.INFO
    assert result.word is Word.INFO
    assert any(note.startswith("N1 write cycles: 2 of 2") for note in result.notes)
    assert len(result.notes) == 3
