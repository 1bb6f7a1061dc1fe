from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("TI8", honest))


def on_found(change):
    def hook(passing):
        for asked, answer in listed(passing):
            if asked.timestamp not in (-1, -2) and answer.offset >= 0:
                change(answer)

    return hook


def test_an_offset_where_no_record_is_is_found(honest):
    def far(answer):
        answer.offset += 1_000

    violated_by(honest, "TI8", "no-such-record", on_response=on_found(far))


def test_the_timestamp_that_was_asked_for_is_found(honest):
    def echo(passing):
        for asked, answer in listed(passing):
            if asked.timestamp >= 0 and answer.offset >= 0:
                answer.timestamp = asked.timestamp

    violated_by(honest, "TI8", "timestamp-of-another-record", on_response=echo)


def test_another_leader_epoch_is_found(honest):
    def older(answer):
        answer.leader_epoch += 1

    violated_by(honest, "TI8", "epoch-of-another-batch", on_response=on_found(older))
