from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("O6", honest))


def test_a_value_that_changes_by_reading_is_found(honest):
    def creep(passing):
        if isinstance(passing.response, m.OffsetFetchResponse):
            creep.by += 1
            for group in passing.response.groups:
                for topic in group.topics:
                    for part in topic.partitions:
                        part.committed_offset += creep.by

    creep.by = 0
    violated_by(honest, "O6", "changed-by-itself", on_response=creep)
