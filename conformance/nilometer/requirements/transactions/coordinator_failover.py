"""T18: a coordinator that dies leaves nothing half done.

moment of the kill                          afterwards
a transaction is open                       its producer goes on and commits all of it, or a new instance aborts it
EndTxn was answered                         the decision stands, in every partition
EndTxn was sent, the answer never read      one decision in every partition; repeating EndTxn settles it
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched, named
from nilometer.clients.session import TRANSACTION
from nilometer.requirement import requirement
from nilometer.requirements._restart import may_restart, restart
from nilometer.requirements.transactions._world import (
    TRANSACTIONS,
    Outcome,
    Transaction,
    World,
    served_protocols,
    shown,
)
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import NotObservable
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.describe_producers import TopicRequest

PRODUCERS = 12
AT_REST = frozenset({"CompleteCommit", "CompleteAbort", "Empty"})
"""States in which a coordinator has nothing left to do."""
ONGOING, ABANDONED, COMMITTED, ABORTED, COMMITTING, ABORTING = range(6)
"""What a producer is doing when the broker dies, in turn; the last two have not read the answer of EndTxn."""


@requirement(
    id="T18",
    name="transactions.coordinator_failover",
    level="MUST",
    sentence="When the coordinator is killed in any state of a transaction and starts again, it carries out the same "
    "decision, markers reach every partition, an open transaction goes on, and the transactional id can be used again",
    profiles=("eos", "replication"),
    sources=("KIP-98", "KIP-890", "KAFKA-19999", "redpanda #6018"),
    apis=TRANSACTIONS,
    signatures={
        "decision-lost": "a transaction whose EndTxn was answered does not show its decision after the restart",
        "torn": "after the restart some records of a transaction are visible and others are not",
        "ongoing-lost": "an open transaction could not be continued and committed after the restart",
        "end-not-repeatable": "EndTxn whose answer was lost could not be settled by repeating it",
        "never-settled": "after the restart and the end of all transactions a partition stays below its high watermark",
        "completed-without-markers": "the coordinator calls a transaction complete, or knows nothing of it, while a "
        "partition has it open for ever",
        "id-unusable": "after the restart a transactional id could not be used again",
    },
    time_limit_s=180.0,
)
def check(run: Run) -> None:
    """Many producers in all states at once, then SIGKILL."""
    served_protocols(run)
    if may_restart(run):
        for _ in range(1 if run.settings.profile is Profile.CORE else 4):
            kill_in_the_middle(run)


@dataclass
class Ending:
    """An EndTxn whose answer nobody reads."""

    producer: int
    commit: bool
    exchange: Exchange


def kill_in_the_middle(run: Run) -> None:
    """One death."""
    world = World(run, producers=PRODUCERS, partitions=3)
    for producer in range(PRODUCERS):
        for partition in range(world.partitions):
            world.write(producer, partition)
    for producer in range(PRODUCERS):
        if _state(producer) in (COMMITTED, ABORTED):
            world.end(producer, commit=_state(producer) == COMMITTED)
    endings = [
        end_unread(world, producer, _state(producer) == COMMITTING)
        for producer in range(PRODUCERS)
        if _state(producer) in (COMMITTING, ABORTING)
    ]
    restart(run, kill=True)
    for actor in world.actors:
        actor.session.close()
        actor.session.forget_leaders()
    world.reader.close()
    world.reader.forget_leaders()
    if topic_is_gone(run, world):
        return
    for ending in endings:
        settle_ending(run, world, ending)
    for producer in range(PRODUCERS):
        if _state(producer) == ONGOING:
            go_on(run, world, producer)
        elif _state(producer) == ABANDONED:
            world.fence(producer)
    judge(run, world)
    for producer in range(PRODUCERS):
        use_again(run, world, producer)


def topic_is_gone(run: Run, world: World) -> bool:
    """Whether the broker has forgotten the topic, and with it what it had acknowledged; one instance if so."""
    try:
        world.reader.leader(world.topic)
    except NotObservable:
        exchange = run.journal.exchanges[-1]
        response = exchange.response
        topics = response.topics if isinstance(response, m.MetadataResponse) else []
        if [one.error_code for one in topics] != [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]:
            raise
        ended = [one for one in world.history if one.outcome is Outcome.COMMITTED]
        run.violated(
            "decision-lost", expected=f"the records of {len(ended)} committed transactions, such as {ended[0]}",
            seen=f"{named(topics[0].error_code)}: the whole topic is gone",
            evidence=[*ended[0].exchanges, exchange],
        )  # fmt: skip
        return True
    return False


def _state(producer: int) -> int:
    return (producer // 2) % 6  # by twos, so that each protocol meets each state


def end_unread(world: World, producer: int, commit: bool) -> Ending:
    """Send EndTxn and do not wait."""
    actor = world.actors[producer]
    node = actor.session.coordinator(TRANSACTION, actor.transactional_id)
    exchange = actor.session.connection(node).send(actor.end_request(commit), actor.version("EndTxn"))
    exchange.fault = "we did not wait for the answer"
    transaction = world.open[producer]
    transaction.exchanges.append(exchange)
    return Ending(producer, commit, exchange)


def settle_ending(run: Run, world: World, ending: Ending) -> None:
    """Repeat the EndTxn; then its decision is known."""
    actor, transaction = world.actors[ending.producer], world.open[ending.producer]
    answered = actor.end(ending.commit)
    transaction.exchanges.append(answered.exchange)
    run.judge(
        answered.ok, "end-not-repeatable", expected=f"no error for the same EndTxn again, by {transaction.identity}",
        seen=answered.error, evidence=transaction.exchanges,
    )  # fmt: skip
    outcome = Outcome.UNKNOWN if not answered.ok else Outcome.COMMITTED if ending.commit else Outcome.ABORTED
    world.close(ending.producer, outcome, "EndTxn was on its way when the broker was killed")


def go_on(run: Run, world: World, producer: int) -> None:
    """The producer of an open transaction writes once more and commits."""
    actor, transaction = world.actors[producer], world.open[producer]
    values = world.values(1, f"t{transaction.number}.")
    before = len(actor.exchanges)
    written = actor.write(world.topic, values, 0)
    if written.ok:
        stored = transaction.writes.setdefault(0, {})
        stored.update(enumerate(values, written.base_offset))  # type: ignore[union-attr] # acknowledged: a Produced
    ended = actor.end(True) if written.ok else written
    transaction.exchanges += actor.exchanges[before:]
    run.judge(
        ended.ok, "ongoing-lost", expected=f"{transaction} goes on after the restart and commits",
        seen=f"{ended.exchange.api}: {named(ended.error_code)}", evidence=transaction.exchanges,
    )  # fmt: skip
    if ended.ok:
        world.close(producer, Outcome.COMMITTED, "open when the broker was killed")
    else:
        world.fence(producer)  # as an application would; what is left of it is aborted


def judge(run: Run, world: World) -> None:
    """Each transaction is one instance."""
    stuck = world.unsettled()
    if stuck is not None:
        judge_stuck(run, world, stuck)
        return
    run.holds()
    reads = [world.read(partition) for partition in range(world.partitions)]
    visible = {(read.partition, at): value for read in reads for at, value in read.values.items()}
    fetches = [one for read in reads for one in read.exchanges]
    for transaction in world.history:
        judge_one(run, transaction, visible, fetches)


def judge_stuck(run: Run, world: World, stuck: Fetched) -> None:
    """A partition does not come to rest: its leader and the coordinator are asked why."""
    expected = f"a last stable offset equal to the high watermark within {run.liveness_s:g} s"
    seen = f"{stuck.last_stable_offset} and {stuck.high_watermark}"
    for exchanges, described in forgotten(run, world, stuck):
        run.violated(
            "completed-without-markers", expected=expected, seen=f"{seen}: {described}",
            evidence=world.evidence([stuck.exchange], exchanges),
        )  # fmt: skip
        return
    run.violated("never-settled", expected=expected, seen=seen, evidence=world.evidence([stuck.exchange]))


def forgotten(run: Run, world: World, stuck: Fetched) -> Iterator[tuple[list[Exchange], str]]:
    """Transactions that are open in the partition and at rest at their coordinator, with the answers that say so."""
    if not (run.versions.serves("DescribeProducers") and run.versions.serves("DescribeTransactions")):
        return
    request = stuck.exchange.request
    assert isinstance(request, m.FetchRequest)
    session, partition = world.reader, request.topics[0].partitions[0].partition
    asked = m.DescribeProducersRequest([TopicRequest(world.topic.name, [partition])])
    producers = session.call(asked, node=session.leader(world.topic, partition))
    assert isinstance(producers.response, m.DescribeProducersResponse)
    open_since = {
        one.producer_id: one.current_txn_start_offset
        for topic in producers.response.topics for answer in topic.partitions for one in answer.active_producers
        if one.current_txn_start_offset >= 0
    }  # fmt: skip
    for actor in world.actors:
        described = session.call(
            m.DescribeTransactionsRequest([actor.transactional_id]),
            node=session.coordinator(TRANSACTION, actor.transactional_id),
        )
        assert isinstance(described.response, m.DescribeTransactionsResponse)
        for state in described.response.transaction_states:
            since = open_since.get(state.producer_id)
            if since is not None and state.error_code == 0 and state.transaction_state in AT_REST:
                text = (
                    f"{actor.transactional_id} is {state.transaction_state}, and partition {partition} has a "
                    f"transaction of its producer {state.producer_id} open since offset {since}"
                )
                yield [producers, described], text


def judge_one(
    run: Run, transaction: Transaction, visible: dict[tuple[int, int], bytes], fetches: list[Exchange]
) -> None:
    """All or nothing, and as decided."""
    written = {(p, at): value for p, values in transaction.writes.items() for at, value in values.items()}
    seen = {at: value for at, value in written.items() if visible.get(at) == value}
    evidence = [*transaction.exchanges, *fetches]
    text = shown({at: value for (_, at), value in seen.items()})
    whole = len(seen) in (0, len(written))
    run.judge(
        whole, "torn", expected=f"all or none of {len(written)} records: {transaction}", seen=text, evidence=evidence
    )
    if whole and transaction.outcome is not Outcome.UNKNOWN:
        right = (len(seen) > 0) == (transaction.outcome is Outcome.COMMITTED)
        run.judge(right, "decision-lost", expected=str(transaction), seen=f"visible: {text}", evidence=evidence)


def use_again(run: Run, world: World, producer: int) -> None:
    """One more transaction of the same instance; of a new one where the outcome is not known."""
    actor = world.actors[producer]
    before = len(actor.exchanges)
    if world.history[producer].outcome is Outcome.UNKNOWN:
        actor.init()
    written = actor.write(world.topic, world.values(1), 0)
    ended = actor.end(True) if written.ok else written
    run.judge(
        ended.ok, "id-unusable", expected=f"a transaction of {actor.identity} succeeds after the restart",
        seen=f"{ended.exchange.api}: {named(ended.error_code)}", evidence=actor.exchanges[before:],
    )  # fmt: skip
