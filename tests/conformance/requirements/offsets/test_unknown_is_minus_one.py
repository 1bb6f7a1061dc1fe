from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("O3", honest))


def test_zero_in_the_place_of_nothing_is_found(honest):
    def zero(passing):
        if isinstance(passing.response, m.OffsetFetchResponse):
            for group in passing.response.groups:
                for topic in group.topics:
                    for part in topic.partitions:
                        part.committed_offset = max(part.committed_offset, 0)

    violated_by(honest, "O3", "not-minus-one", on_response=zero)


def test_a_partition_that_is_left_out_is_found(honest):
    def drop(passing):
        if isinstance(passing.response, m.OffsetFetchResponse):
            for group in passing.response.groups:
                for topic in group.topics:
                    topic.partitions = [part for part in topic.partitions if part.partition_index != 1]

    violated_by(honest, "O3", "left-out", "not-all", on_response=drop)
