import pytest

from nilometer.catalogue import load
from nilometer.clients.transactional import Identity, Protocol
from nilometer.requirements.transactions._world import World
from nilometer.requirements.transactions.epoch_exhaustion import EPOCH_MAX, Ledger, Move, approach
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import EndTxnRequest, EndTxnResponse, InitProducerIdResponse
from tests.conformance.requirements.judging import assert_holds, judge, subject
from tests.conformance.requirements.transactions.finding import T_S, found, stuck_stable_offset


def test_an_honest_broker_holds(honest):
    result = judge("T20", honest)
    assert_holds(result)
    assert any("border of epochs was not looked at" in note for note in result.notes)


@pytest.fixture
def ledger(honest):
    run = Run(load()["T20"], subject(honest), Settings(), deadline=1e12)
    made = Ledger(run, World(run, producers=1, partitions=1, protocol=Protocol.TV1))
    made.given = [Identity(7, 32_765)]
    yield made
    run.close()


@pytest.mark.parametrize(
    ("identity", "signatures"),
    [
        (Identity(7, 32_766), set()),
        (Identity(8, 0), set()),
        (Identity(7, EPOCH_MAX), {"epoch-out-of-range"}),
        (Identity(7, -32_768), {"epoch-out-of-range", "epoch-decreased"}),  # KAFKA-19367: 16 bits overflow
        (Identity(7, 3), {"epoch-decreased"}),
        (Identity(8, 32_000), {"new-id-high-epoch"}),
    ],
)
def test_the_next_identity_is_judged_by_the_last_one(ledger, identity, signatures):
    ledger.note(identity)
    assert {one.signature for one in ledger.run.result.counterexamples} == signatures


def test_a_producer_id_does_not_come_back(ledger):
    ledger.note(Identity(8, 0))
    ledger.note(Identity(7, 0))
    assert [one.signature for one in ledger.run.result.counterexamples] == ["id-came-back"]


@pytest.mark.parametrize("protocol", list(Protocol))
def test_every_move_works_and_the_way_to_an_epoch_is_walked(hasty, protocol):
    run = Run(load()["T20"], subject(hasty), Settings(), deadline=1e12)
    ledger = Ledger(run, World(run, producers=1, partitions=1, protocol=protocol))
    approach(ledger, 5)
    assert ledger.producer.identity.producer_epoch == 5
    for move in Move:
        before = ledger.producer.identity
        ledger.move(move)
        raised = ledger.producer.identity.producer_epoch - before.producer_epoch
        unchanged = protocol is Protocol.TV1 and move in (Move.COMMIT, Move.ABORT)
        assert raised == 0 if unchanged else raised > 0, move
    ledger.rest()
    assert run.result.violations == 0
    assert len(ledger.given) == 1 + 5 + len(Move) + 1  # a time-out begins with a new instance
    run.close()


def test_an_identity_that_is_not_the_one_that_counts_is_found(honest):
    """The broker has raised the epoch further than it says."""

    def one_less(passing):
        response = passing.response
        if isinstance(response, InitProducerIdResponse) and response.error_code == 0 and response.producer_epoch > 0:
            response.producer_epoch -= 1

    found(honest, "T20", "identity-refused", also=("epoch-decreased",), on_response=one_less)


def test_a_transactional_id_that_is_stuck_is_found(honest):
    def refuse(passing):
        stuck = isinstance(passing.request, EndTxnRequest) and passing.request.producer_epoch > 1
        return EndTxnResponse(error_code=ErrorCode.CONCURRENT_TRANSACTIONS) if stuck else None

    found(honest, "T20", "identity-refused", on_request=refuse, liveness_s=T_S)


def test_a_partition_that_is_stuck_is_found(honest):
    found(honest, "T20", "stuck", on_response=stuck_stable_offset(), liveness_s=T_S)
