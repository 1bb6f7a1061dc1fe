from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import InitProducerIdResponse
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def init(passing):
    """Whether it is an answer to InitProducerId of a transactional id."""
    return isinstance(passing.response, InitProducerIdResponse) and passing.request.transactional_id is not None


def test_an_honest_broker_holds(honest):
    assert_holds(judge("I10", honest))


def test_an_epoch_that_stays_is_found(honest):
    first = {}

    def stay(passing):
        if init(passing) and passing.response.error_code == 0:
            passing.response.producer_epoch = first.setdefault(
                passing.request.transactional_id, passing.response.producer_epoch
            )

    violated_by(honest, "I10", "epoch-not-bumped", on_response=stay)


def test_an_epoch_that_skips_one_is_found(honest):
    def skip(passing):
        if init(passing) and passing.response.error_code == 0 and passing.response.producer_epoch > 0:
            passing.response.producer_epoch *= 2

    violated_by(honest, "I10", "epoch-not-bumped", on_response=skip)


def test_a_repetition_that_raises_the_epoch_again_is_found(honest):
    asked = {}

    def again(passing):
        if init(passing) and passing.response.error_code == 0 and passing.request.producer_id >= 0:
            named = passing.request.transactional_id, passing.request.producer_id, passing.request.producer_epoch
            if named in asked:
                passing.response.producer_epoch += 1
            asked[named] = True

    violated_by(honest, "I10", "repetition-differs", on_response=again)


def test_an_own_identity_that_is_refused_is_found(honest):
    def refuse(passing):
        request = passing.request
        if getattr(request, "transactional_id", None) and getattr(request, "producer_id", -1) >= 0:
            return InitProducerIdResponse(error_code=ErrorCode.INVALID_PRODUCER_ID_MAPPING)
        return None

    violated_by(honest, "I10", "own-identity-refused", on_request=refuse)


def test_a_zombie_that_gets_a_new_epoch_is_found(honest):
    def forgive(passing):
        if init(passing) and passing.response.error_code in (
            ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_EPOCH,
        ):  # fmt: skip
            passing.response.error_code = 0
            passing.response.producer_id, passing.response.producer_epoch = passing.request.producer_id, 99

    violated_by(honest, "I10", "stale-accepted", on_response=forgive)


def test_an_error_that_clients_of_that_version_do_not_know_is_found(honest):
    def too_new(passing):
        if init(passing) and passing.response.error_code == ErrorCode.INVALID_PRODUCER_EPOCH:
            passing.response.error_code = ErrorCode.PRODUCER_FENCED

    violated_by(honest, "I10", "wrong-error", on_response=too_new)


def test_a_fresh_id_with_an_epoch_is_found(honest):
    def old(passing):
        if isinstance(passing.response, InitProducerIdResponse) and passing.request.transactional_id is None:
            passing.response.producer_epoch = 3

    violated_by(honest, "I10", "not-epoch-0", on_response=old)
