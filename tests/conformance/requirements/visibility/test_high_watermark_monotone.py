from nilometer_reference.wire.messages import MetadataResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("V1", honest))


def test_an_answer_of_list_offsets_that_goes_back_is_found(honest):
    seen: list[int] = []

    def forgets(passing):
        """The first answer above 1 is right; all later ones say 1."""
        for _, answer in listed(passing):
            if seen:
                answer.offset = 1
            elif answer.offset > 1:
                seen.append(answer.offset)

    violated_by(honest, "V1", "high-watermark-went-back", on_response=forgets)


def test_a_high_watermark_of_fetch_that_lags_behind_list_offsets_is_found(honest):
    def lags(passing):
        """ListOffsets is right; Fetch knows of one record at most."""
        for one in fetched(passing):
            one.answer.high_watermark = min(one.answer.high_watermark, 1)

    violated_by(honest, "V1", "high-watermark-went-back", on_response=lags)


def test_without_a_known_epoch_fetches_are_not_compared(honest):
    epochs = iter(range(1_000))

    def another_epoch(passing):
        if isinstance(passing.response, MetadataResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    part.leader_epoch = next(epochs)
        for one in fetched(passing):
            one.answer.high_watermark = 0

    with FaultyBroker(honest, on_response=another_epoch) as broker:
        assert_holds(judge("V1", broker.bootstrap))
