from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, re_encoded, tampered


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L1", honest))


def test_one_version_of_fetch_that_shows_another_record_is_found(honest):
    change = tampered(lambda record: record._replace(value=b"another"))

    def only_version_4(passing):
        if passing.version == 4:
            change(passing)

    violated_by(honest, "L1", "offset-names-two-records", on_response=only_version_4)


def test_readers_that_agree_on_what_was_not_acknowledged_are_found(honest):
    violated_by(
        honest, "L1", "offset-names-two-records", on_response=tampered(lambda record: record._replace(key=b"other"))
    )


def test_a_batch_that_is_served_at_another_offset_is_found(honest):
    def two_offsets(passing):
        for one in fetched(passing):
            if one.isolation_level == 1:
                one.put([re_encoded(batch, base_offset=batch.header.base_offset + 1) for batch in one.batches])

    violated_by(honest, "L1", "offset-names-two-records", on_response=two_offsets)
