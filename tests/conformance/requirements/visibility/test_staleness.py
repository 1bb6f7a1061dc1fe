from nilometer.verdict import Word
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import judge
from tests.conformance.requirements.tampering import listed


def test_lags_are_measured_and_never_judged(honest):
    def lag(passing):
        for _, answer in listed(passing):
            answer.offset = max(0, answer.offset - 4)

    with FaultyBroker(honest, on_response=lag) as broker:
        result = judge("V8", broker.bootstrap)
    assert result.word is Word.INFO
    assert not result.counterexamples
    assert any("reads behind an acknowledged write, by up to 4 records" in note for note in result.notes), result.notes


def test_an_honest_broker_is_measured_too(honest):
    result = judge("V8", honest)
    assert result.word is Word.INFO
    assert any("none behind" in note for note in result.notes), result.notes
