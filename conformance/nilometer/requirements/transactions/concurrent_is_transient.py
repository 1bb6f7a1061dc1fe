"""T21: CONCURRENT_TRANSACTIONS ends by itself, and means that nothing has happened."""

from __future__ import annotations

import time

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import named
from nilometer.clients.session import TRANSACTION
from nilometer.clients.transactional import Answered, Identity, Protocol, worst_error
from nilometer.requirement import requirement
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols
from nilometer.run import Run
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode

PARTITIONS = 4


@requirement(
    id="T21",
    name="transactions.concurrent_is_transient",
    level="MUST",
    sentence="A request that is sent while the previous transaction is still being ended is accepted within T; while "
    "it answers CONCURRENT_TRANSACTIONS (51) it has no effect and uses up no epoch",
    profiles=("eos",),
    sources=("KIP-98", "KIP-890", "KAFKA-9666"),
    apis=TRANSACTIONS,
    signatures={
        "never-accepted": "a request of the next transaction was answered CONCURRENT_TRANSACTIONS for longer than T",
        "refused-but-appended": "a Produce that was answered CONCURRENT_TRANSACTIONS was appended",
        "epochs-burnt": "InitProducerId raised the epoch by more than one for the fencing and one for its answer",
    },
)
def check(run: Run) -> None:
    """The next request follows EndTxn without a pause; a new instance takes over an open transaction."""
    seen = 0
    for protocol in served_protocols(run):
        for _ in range(run.cases(1)):
            seen += right_behind(run, protocol)
            seen += take_over(run, protocol)
    run.note(f"CONCURRENT_TRANSACTIONS was answered {seen} times")


def right_behind(run: Run, protocol: Protocol) -> int:
    """EndTxn and the first request of the next transaction in one breath; how often 51 was answered."""
    world = World(run, producers=1, partitions=PARTITIONS, protocol=protocol)
    producer = world.actors[0]
    for partition in range(PARTITIONS):
        world.write(0, partition)
    node = producer.session.coordinator(TRANSACTION, producer.transactional_id)
    connection = producer.session.connection(node)
    end = connection.send(producer.end_request(True), producer.version("EndTxn"))
    refused: list[Exchange] = []
    if protocol is Protocol.TV1:
        request = producer.add_partitions_request([(world.topic.name, 0)])
        first = connection.send(request, producer.version("AddPartitionsToTxn"))
        connection.receive()
        connection.receive()
        if worst_error(first) == ErrorCode.CONCURRENT_TRANSACTIONS:
            refused.append(first)
    else:
        connection.receive()
    if worst_error(end) != 0:
        return 0
    producer.exchanges.append(end)
    producer.ended(end)
    values = world.values(1)
    began = time.monotonic()
    written = producer.write(world.topic, values)
    refused += producer.waits
    seen = f"{written.exchange.api}: {written.error} after {time.monotonic() - began:.1f} s"
    run.judge(
        written.error_code != ErrorCode.CONCURRENT_TRANSACTIONS, "never-accepted", seen=seen,
        expected=f"accepted within {run.liveness_s:g} s", evidence=[*producer.exchanges[-6:], *producer.waits[:2]],
    )  # fmt: skip
    if written.ok:
        copies = [one for one in world.reader.scan(world.topic).records if one.value == values[0]]
        run.judge(
            len(copies) == 1, "refused-but-appended", seen=f"{len(copies)} records",
            evidence=[*producer.exchanges[-6:], run.journal.exchanges[-1]],
            expected=f"one record {values[0].decode()}: only the last Produce was acknowledged",
        )  # fmt: skip
        producer.end(True)
    return len(refused)


def take_over(run: Run, protocol: Protocol) -> int:
    """InitProducerId of a new instance while a transaction is open, asked again and again without a pause."""
    world = World(run, producers=1, partitions=PARTITIONS, protocol=protocol)
    for partition in range(PARTITIONS):
        world.write(0, partition)
    producer = world.actors[0]
    old = producer.identity
    node = world.reader.coordinator(TRANSACTION, producer.transactional_id)
    version = world.reader.version("InitProducerId", at_most=5)
    request = m.InitProducerIdRequest(producer.transactional_id, 60_000)
    exchanges: list[Exchange] = []
    deadline = time.monotonic() + run.liveness_s
    while True:
        exchanges.append(world.reader.call(request, node=node, version=version))
        answered = Answered(exchanges[-1], worst_error(exchanges[-1]))
        if answered.error_code != ErrorCode.CONCURRENT_TRANSACTIONS or time.monotonic() > deadline:
            break
    evidence = [*world.evidence(), *exchanges[:2], *exchanges[-2:]]
    run.judge(
        answered.error_code != ErrorCode.CONCURRENT_TRANSACTIONS, "never-accepted", evidence=evidence,
        expected=f"InitProducerId succeeds within {run.liveness_s:g} s", seen=named(answered.error_code),
    )  # fmt: skip
    if answered.ok:
        response = exchanges[-1].response
        assert isinstance(response, m.InitProducerIdResponse)
        new = Identity(response.producer_id, response.producer_epoch)
        if new.producer_id == old.producer_id:
            run.judge(
                new.producer_epoch <= old.producer_epoch + 2, "epochs-burnt", evidence=evidence, seen=new,
                expected=f"epoch {old.producer_epoch + 2} at most after {old} and {len(exchanges)} requests",
            )  # fmt: skip
    return len(exchanges) - 1
