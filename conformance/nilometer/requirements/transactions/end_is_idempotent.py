"""T11: EndTxn may be repeated, never contradicted.

state of the coordinator                        same decision    the opposite        (protocol)
open                                            0                0, it decides
complete, with the identity of that transaction 0                INVALID_TXN_STATE   1 and 2
nothing since InitProducerId                    48               48                  1
nothing, with the present identity              abort: 0 and the next epoch; commit: 48   2
"""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import named
from nilometer.clients.transactional import PASSES, Answered, Identity, Protocol, TransactionalProducer
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="T11",
    name="transactions.end_is_idempotent",
    level="MUST",
    sentence="A repeated EndTxn with the same decision succeeds without a further effect, the opposite one answers "
    "INVALID_TXN_STATE (48); an empty abort is accepted under transaction version 2 and never fences its producer",
    profiles=("eos",),
    sources=("KIP-98", "KIP-890"),
    apis=TRANSACTIONS,
    signatures={
        "repetition-refused": "a repetition of an EndTxn that succeeded was refused",
        "repetition-differs": "a repetition of EndTxn was answered with another next identity",
        "opposite-accepted": "the opposite decision was accepted after the transaction had been decided",
        "wrong-error": "a wrong EndTxn was refused with another error than INVALID_TXN_STATE",
        "outcome-changed": "after repeated and opposite requests readers do not see what the first decision leaves",
        "empty-end-accepted": "EndTxn without a transaction was accepted where it must not be",
        "empty-abort-refused": "an empty abort under transaction version 2 was refused",
        "self-fenced": "after an empty abort the producer could not go on with the identity that it was answered",
    },
)
def check(run: Run) -> None:
    """Every order of repetitions and contradictions, in both protocols."""
    served = served_protocols(run)

    def example(case: tuple[Protocol, bool, list[bool]]) -> None:
        repeated(run, *case)

    for protocol in served:
        directed(run, example, [(protocol, commit, [commit, not commit, commit]) for commit in (True, False)])
        empty(run, protocol)
    decisions = st.lists(st.booleans(), min_size=1, max_size=4)
    run.explore(st.tuples(st.sampled_from(served), st.booleans(), decisions), example, examples=run.cases(2))


def repeated(run: Run, protocol: Protocol, commit: bool, again: list[bool]) -> None:
    """A transaction with one record, ended; then EndTxn with its identity again and again."""
    world = World(run, producers=1, partitions=1, protocol=protocol)
    producer = world.actors[0]
    world.write(0)
    identity = producer.identity
    world.end(0, commit)
    if world.history[0].why:
        run.not_observable(Reason.REFUSED, world.history[0].why)
    next_identity = producer.identity
    for decision in again:
        producer.identity = identity
        answered = answer(producer, decision)
        producer.identity = next_identity
        judge(run, world, answered, decision == commit, next_identity)
    if world.unsettled() is not None:
        return  # T1
    read = world.read(0)
    wanted = world.expected(0)
    run.judge(
        read.values == wanted, "outcome-changed", evidence=world.evidence(producer.exchanges, read.exchanges),
        expected=f"{sorted(wanted)} visible: the transaction was {'committed' if commit else 'aborted'}",
        seen=f"{sorted(read.values)} visible",
    )  # fmt: skip


def judge(run: Run, world: World, answered: Answered, same: bool, next_identity: Identity) -> None:
    """One EndTxn after the end is one instance."""
    producer = world.actors[0]
    evidence = [*producer.exchanges]
    if not same:
        expected = "INVALID_TXN_STATE (48) for the opposite decision"
        if run.judge(not answered.ok, "opposite-accepted", expected=expected, seen="no error", evidence=evidence):
            right = answered.error_code == ErrorCode.INVALID_TXN_STATE
            run.judge(right, "wrong-error", expected=expected, seen=answered.error, evidence=evidence)
        return
    expected = "no error for the same decision again"
    if run.judge(answered.ok, "repetition-refused", expected=expected, seen=answered.error, evidence=evidence):
        response = answered.exchange.response
        assert isinstance(response, m.EndTxnResponse)
        if response.producer_id >= 0:
            seen = Identity(response.producer_id, response.producer_epoch)
            run.judge(seen == next_identity, "repetition-differs", expected=next_identity, seen=seen, evidence=evidence)


def empty(run: Run, protocol: Protocol) -> None:
    """EndTxn by a producer that has done nothing since InitProducerId, then a whole transaction."""
    world = World(run, producers=1, partitions=1, protocol=protocol)
    producer = world.actors[0]
    answered = answer(producer, True)
    expected = f"INVALID_TXN_STATE (48) for an empty commit of {producer.identity} ({protocol})"
    _refuses(run, answered, expected, producer.exchanges)
    before = producer.identity
    answered = answer(producer, False)
    if protocol is Protocol.TV1:
        _refuses(run, answered, f"INVALID_TXN_STATE (48) for an empty abort ({protocol})", producer.exchanges)
    else:
        expected = f"no error for an empty abort of {before} ({protocol})"
        if not run.judge(
            answered.ok, "empty-abort-refused", expected=expected, seen=answered.error, evidence=producer.exchanges
        ):
            return
        producer.ended(answered.exchange)
    written = producer.write(world.topic, world.values(1))
    ended = producer.end(True) if written.ok else written
    run.judge(
        ended.ok, "self-fenced", expected=f"a transaction of {producer.identity} succeeds after an empty EndTxn",
        seen=f"{ended.exchange.api}: {named(ended.error_code)}", evidence=producer.exchanges,
    )  # fmt: skip


def _refuses(run: Run, answered: Answered, expected: str, evidence: list[Exchange]) -> None:
    if run.judge(not answered.ok, "empty-end-accepted", expected=expected, seen="no error", evidence=evidence):
        right = answered.error_code == ErrorCode.INVALID_TXN_STATE
        run.judge(right, "wrong-error", expected=expected, seen=answered.error, evidence=evidence)


def answer(producer: TransactionalProducer, commit: bool) -> Answered:
    """EndTxn until it is answered for good (CONCURRENT_TRANSACTIONS while markers are being written)."""
    return producer.session.until(
        lambda: (
            one if (one := producer.call_coordinator(producer.end_request(commit))).error_code not in PASSES else None
        ),
        "EndTxn is answered for good",
    )
