"""T19: DescribeTransactions, ListTransactions and DescribeProducers show the transactions that there are."""

from __future__ import annotations

import time
from collections.abc import Callable

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import named
from nilometer.clients.session import COORDINATOR_ERRORS, PAUSE_S, TRANSACTION
from nilometer.requirement import requirement
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.describe_producers import TopicRequest

ONGOING = "Ongoing"
ENDED = frozenset({"CompleteCommit", "CompleteAbort", "Empty"})
NO_TRANSACTION = -1


@requirement(
    id="T19",
    name="transactions.introspection",
    level="SHOULD",
    sentence="DescribeTransactions, ListTransactions and DescribeProducers agree with the transactions that are open "
    "and with their first offsets",
    profiles=("eos", "admin"),
    sources=("KIP-664",),
    apis=TRANSACTIONS,
    signatures={
        "described-wrongly": "DescribeTransactions shows another state, identity or set of partitions",
        "listed-wrongly": "ListTransactions does not list an open transaction, or lists what its filters exclude",
        "producer-wrong": "DescribeProducers shows another identity or start offset of the transaction",
        "unknown-id-described": "DescribeTransactions of an id that nobody has used does not answer an error",
    },
)
def check(run: Run) -> None:
    """Open and ended transactions, in quiet moments."""
    served_protocols(run)
    world = World(run, producers=2, partitions=3)
    world.write_plain(0)
    world.write(0, 0)
    world.write(0, 1)
    world.write(1, 0)
    for producer in range(2):
        look(run, world, producer, is_open=True)
    for producer in range(2):
        world.end(producer, commit=producer == 0)
    if world.unsettled() is None:
        for producer in range(2):
            look(run, world, producer, is_open=False)
    unknown(run, world)


def look(run: Run, world: World, producer: int, *, is_open: bool) -> None:
    """Each API that is served is asked about each transaction."""
    for api, ask in (
        ("DescribeTransactions", described),
        ("ListTransactions", listed),
        ("DescribeProducers", producers),
    ):
        if run.versions.serves(api):
            ask(run, world, producer, is_open)
        else:
            run.skip(Reason.API_NOT_SERVED, f"{api} is not advertised")


def described(run: Run, world: World, producer: int, is_open: bool) -> None:
    """State, identity and partitions."""
    actor, transaction = world.actors[producer], world.history[producer]

    def settled(exchange: Exchange) -> bool:
        # markers are written; that the coordinator has noted it may take a moment longer
        states = [one.transaction_state for one in exchange.response.transaction_states]  # type: ignore[union-attr]
        return is_open or not states or states[0] in ENDED

    exchange = ask_coordinator(world, producer, m.DescribeTransactionsRequest([actor.transactional_id]), settled)
    response = exchange.response
    assert isinstance(response, m.DescribeTransactionsResponse)
    state = response.transaction_states[0]
    partitions = sorted(part for topic in state.topics for part in topic.partitions)
    seen = (
        f"{named(state.error_code)}, {state.transaction_state}, producer {state.producer_id} epoch "
        f"{state.producer_epoch}, partitions {partitions}"
    )
    evidence = [*transaction.exchanges, exchange]
    if not is_open:
        run.judge(
            state.error_code == 0 and state.transaction_state in ENDED, "described-wrongly", evidence=evidence,
            expected=f"no error and one of {sorted(ENDED)} for {transaction}", seen=seen,
        )  # fmt: skip
        return
    identity, wanted = transaction.identity, sorted(transaction.writes)
    right = (
        state.error_code == 0 and state.transaction_state == ONGOING and state.producer_id == identity.producer_id
        and state.producer_epoch == identity.producer_epoch and partitions == wanted
        and state.transaction_timeout_ms == actor.timeout_ms
    )  # fmt: skip
    run.judge(
        right, "described-wrongly", expected=f"no error, {ONGOING}, {identity}, {wanted}, {actor.timeout_ms} ms",
        seen=f"{seen}, {state.transaction_timeout_ms} ms", evidence=evidence,
    )  # fmt: skip


def listed(run: Run, world: World, producer: int, is_open: bool) -> None:
    """With and without filters."""
    actor = world.actors[producer]
    producer_id = actor.identity.producer_id
    for states, ids, wanted in (
        ([], [], True),
        ([ONGOING], [], is_open),
        ([], [producer_id], True),
        ([ONGOING], [producer_id], is_open),
        (["CompleteCommit", "CompleteAbort"], [producer_id], not is_open),
    ):
        request = m.ListTransactionsRequest(list(states), list(ids))
        exchange = ask_coordinator(world, producer, request)
        response = exchange.response
        assert isinstance(response, m.ListTransactionsResponse)
        found = [one for one in response.transaction_states if one.transactional_id == actor.transactional_id]
        what = f"{actor.transactional_id} (producer {producer_id}) with the filters {states} and {ids}"
        right = (
            response.error_code == 0 and bool(found) == wanted and all(one.producer_id == producer_id for one in found)
        )
        run.judge(
            right, "listed-wrongly", expected=f"{'a' if wanted else 'no'} line for {what}",
            seen=", ".join(f"{one.transaction_state} producer {one.producer_id}" for one in found) or "none",
            evidence=[*world.history[producer].exchanges, exchange],
        )  # fmt: skip


def producers(run: Run, world: World, producer: int, is_open: bool) -> None:
    """The partition's leader knows where the transaction began."""
    transaction = world.history[producer]
    identity = transaction.identity
    for partition, written in transaction.writes.items():
        request = m.DescribeProducersRequest([TopicRequest(world.topic.name, [partition])])
        exchange = world.reader.call(request, node=world.reader.leader(world.topic, partition))
        response = exchange.response
        assert isinstance(response, m.DescribeProducersResponse)
        part = response.topics[0].partitions[0]
        found = [one for one in part.active_producers if one.producer_id == identity.producer_id]
        wanted = min(written) if is_open else NO_TRANSACTION
        right = part.error_code == 0 and len(found) == 1 and found[0].current_txn_start_offset == wanted
        if is_open:
            right = right and found[0].producer_epoch == identity.producer_epoch
        run.judge(
            right, "producer-wrong", expected=f"{identity}, current_txn_start_offset {wanted} in partition {partition}",
            seen=f"{named(part.error_code)}: " + ", ".join(
                f"producer {one.producer_id} epoch {one.producer_epoch} from {one.current_txn_start_offset}"
                for one in found
            ),
            evidence=[*transaction.exchanges, exchange],
        )  # fmt: skip


def unknown(run: Run, world: World) -> None:
    """An id that nobody has used."""
    if not run.versions.serves("DescribeTransactions"):
        return
    nobody = run.name("transactional-id")
    node = world.reader.coordinator(TRANSACTION, nobody)
    exchange = world.reader.call(m.DescribeTransactionsRequest([nobody]), node=node)
    response = exchange.response
    assert isinstance(response, m.DescribeTransactionsResponse)
    code = response.transaction_states[0].error_code
    if code not in COORDINATOR_ERRORS:
        run.judge(
            code == ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, "unknown-id-described", evidence=exchange,
            expected="TRANSACTIONAL_ID_NOT_FOUND (105)", seen=named(code),
        )  # fmt: skip


def ask_coordinator(
    world: World, producer: int, request: Message, settled: Callable[[Exchange], bool] = lambda _: True
) -> Exchange:
    """The last answer of the producer's coordinator: one that is settled, or what it says when T is over."""
    session, transactional_id = world.reader, world.actors[producer].transactional_id
    deadline = time.monotonic() + world.run.liveness_s
    while True:
        exchange = session.call(request, node=session.coordinator(TRANSACTION, transactional_id))
        if settled(exchange) or time.monotonic() > deadline:
            return exchange
        time.sleep(PAUSE_S)
