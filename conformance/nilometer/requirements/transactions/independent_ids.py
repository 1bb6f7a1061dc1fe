"""T23: producers that do everything right never fence each other, nor themselves."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Produced, named
from nilometer.clients.raw import Connection
from nilometer.clients.session import TRANSACTION
from nilometer.clients.transactional import PASSES, PASSES_PRODUCE, Protocol, TransactionalProducer, worst_error
from nilometer.requirement import requirement
from nilometer.requirements.transactions._programs import End, Plain, Program, Step, Write, perform
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode

PRODUCERS = 4
FENCED = frozenset(
    {
        ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_PRODUCER_ID_MAPPING,
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.INVALID_TXN_STATE, ErrorCode.UNKNOWN_PRODUCER_ID,
    }
)  # fmt: skip
"""What nobody deserves who does everything right."""


@requirement(
    id="T23",
    name="transactions.independent_ids",
    level="MUST",
    sentence="Producers with different transactional ids, and one producer with itself, never fence each other",
    profiles=("eos",),
    sources=("KIP-98",),
    apis=TRANSACTIONS,
    signatures={"innocent-refused": "a correct request of an unfenced producer was refused as fenced or out of order"},
)
def check(run: Run) -> None:
    """Many ids on the same partitions: one request after the other, and all at once."""
    served_protocols(run)
    rounds = 3 if run.settings.profile is Profile.SMOKE else 10
    all_at_once(run, rounds)
    producer, partition = st.integers(0, PRODUCERS - 1), st.integers(0, 1)
    steps: st.SearchStrategy[Step] = st.one_of(
        st.builds(Write, producer, partition, st.integers(1, 3)), st.builds(End, producer, st.booleans()),
        st.builds(Plain, partition),
    )  # fmt: skip

    def example(program: Program) -> None:
        world = World(run, producers=PRODUCERS)
        try:
            perform(world, program)
            for number in list(world.open):
                world.end(number, commit=True)
        except NotObservable as refused:
            if refused.reason is not Reason.REFUSED:
                raise
        for actor in world.actors:
            judge(run, actor.exchanges)
        for transaction in world.history:
            judge(
                run, [one for one in transaction.exchanges if one not in world.actors[transaction.producer].exchanges]
            )

    run.explore(st.lists(steps, min_size=6, max_size=24), example, examples=run.cases(1))


def judge(run: Run, exchanges: list[Exchange]) -> None:
    """Each request is one instance."""
    for index, exchange in enumerate(exchanges):
        code = worst_error(exchange)
        run.judge(
            code not in FENCED, "innocent-refused", seen=named(code),
            expected=f"{exchange.api} of a producer that nobody fenced is accepted",
            evidence=exchanges[max(0, index - 6) : index + 1],
        )  # fmt: skip


def all_at_once(run: Run, rounds: int) -> None:
    """Each producer's next request is sent before anyone's answer is read."""
    world = World(run, producers=PRODUCERS * 2, partitions=2)
    for number in range(rounds):
        if run.out_of_time:
            break
        for producer in world.actors:
            if producer.protocol is Protocol.TV1:
                for partition in range(2):
                    producer.add(world.topic, partition)
        for partition in range(2):
            writes = [(one, send_write(world, one, partition)) for one in world.actors]
            for producer, connection in writes:
                took_write(world, producer, connection, partition)
        ends = [(one, send_end(one, commit=number % 3 != 2)) for one in world.actors]
        for producer, connection in ends:
            took_end(producer, connection, commit=number % 3 != 2)
    for producer in world.actors:
        judge(run, producer.exchanges)


def send_write(world: World, producer: TransactionalProducer, partition: int) -> Connection:
    """One Produce, not waited for; where its answer comes."""
    batch = producer.batch(world.topic, world.values(1), partition)
    request, version = producer.session.produce_request(
        world.topic, batch, partition=partition, transactional_id=producer.transactional_id,
        version=producer.produce_version(world.topic),
    )  # fmt: skip
    node = producer.session.leader(world.topic, partition)
    connection = producer.session.connection(node)
    connection.send(request, version)
    return connection


def took_write(world: World, producer: TransactionalProducer, connection: Connection, partition: int) -> None:
    """The answer; asked again in the usual way while the previous transaction is still being ended."""
    produced: Produced = producer.session.produced(connection.receive())
    producer.exchanges.append(produced.exchange)
    if produced.ok:
        at = (world.topic.name, partition)
        producer.sequences[at] = producer.sequences.get(at, 0) + 1
    elif produced.error_code in PASSES_PRODUCE:
        producer.wrote(world.topic, world.values(1), partition)


def send_end(producer: TransactionalProducer, commit: bool) -> Connection:
    """One EndTxn, not waited for; where its answer comes."""
    node = producer.session.coordinator(TRANSACTION, producer.transactional_id)
    connection = producer.session.connection(node)
    connection.send(producer.end_request(commit), producer.version("EndTxn"))
    return connection


def took_end(producer: TransactionalProducer, connection: Connection, commit: bool) -> None:
    """The answer; asked again in the usual way while the coordinator says so."""
    exchange = connection.receive()
    producer.exchanges.append(exchange)
    code = worst_error(exchange)
    if code == 0:
        producer.ended(exchange)
    elif code in PASSES:
        producer.end(commit)
