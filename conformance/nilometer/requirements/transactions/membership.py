"""T14: a partition belongs to a transaction before it takes its records.

transaction version 1   a Produce to a partition that was not added answers INVALID_TXN_STATE (48), or
                        TRANSACTION_ABORTABLE (120) from Produce 11 on (KIP-1050), and appends nothing
transaction version 2   the Produce adds the partition, and EndTxn answers a higher epoch
"""

from __future__ import annotations

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Produced, named
from nilometer.clients.transactional import PASSES_PRODUCE, Protocol, TransactionalProducer
from nilometer.requirement import requirement
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer_reference.wire.errors import ErrorCode

ABORTABLE_FROM = 11
ADDED, NOT_ADDED = 0, 1


@requirement(
    id="T14",
    name="transactions.membership",
    level="MUST",
    sentence="Under transaction version 1 a Produce to a partition that was not added is refused and appends nothing; "
    "under version 2 the Produce adds it and each EndTxn raises the epoch; no transaction is left hanging",
    profiles=("eos",),
    sources=("KIP-890", "KIP-1050", "KAFKA-14402"),
    apis=TRANSACTIONS,
    signatures={
        "not-added-accepted": "a Produce to a partition that was not added to the transaction was acknowledged",
        "not-added-appended": "a Produce to a partition that was not added was refused, and its record appended",
        "wrong-error": "a Produce to a partition that was not added was refused with another error",
        "partition-hangs": "after the end of all transactions the last stable offset stays below the high watermark",
        "implicit-add-refused": "under transaction version 2 a Produce to a new partition was refused",
        "epoch-not-raised": "under transaction version 2 EndTxn answered an identity that is not newer",
    },
)
def check(run: Run) -> None:
    """With and without an open transaction, in the versions of Produce that differ."""
    served = served_protocols(run)
    if Protocol.TV1 in served:
        for version in produce_versions(run):
            for with_transaction in (True, False):
                not_added(run, version, with_transaction=with_transaction)
    if Protocol.TV2 in served:
        for commit in (True, False):
            implicit(run, commit)


def produce_versions(run: Run) -> list[int]:
    """Below the errors of KIP-1050, and with them."""
    newest = run.session.version("Produce", at_least=3, at_most=ABORTABLE_FROM)
    older = run.session.version("Produce", at_least=3, at_most=ABORTABLE_FROM - 1)
    return sorted({older, newest})


def not_added(run: Run, version: int, *, with_transaction: bool) -> None:
    """One such Produce is one instance."""
    world = World(run, producers=1, partitions=2, protocol=Protocol.TV1)
    producer = world.actors[0]
    if with_transaction:
        world.write(0, ADDED)
    produced = for_good(producer, world, version)
    if produced is None:
        run.note("membership could not be verified: NOT_ENOUGH_REPLICAS (19) throughout")
        return
    what = "while another partition is in the transaction" if with_transaction else "while no transaction is open"
    expected = f"INVALID_TXN_STATE (48) for Produce v{version} to a partition that was not added, {what}"
    evidence = [*producer.exchanges]
    if run.judge(not produced.ok, "not-added-accepted", expected=expected, seen="no error", evidence=evidence):
        right = {ErrorCode.INVALID_TXN_STATE, *([ErrorCode.TRANSACTION_ABORTABLE] if version >= ABORTABLE_FROM else [])}
        run.judge(
            produced.error_code in right, "wrong-error", expected=expected, seen=produced.error, evidence=evidence
        )
        scan = world.reader.scan(world.topic, partition=NOT_ADDED)
        run.judge(
            not scan.records, "not-added-appended", expected=f"nothing appended: {produced.error}",
            seen=f"{len(scan.records)} records", evidence=[*evidence, *scan.exchanges],
        )  # fmt: skip
    world.end_all()
    drains(run, world, producer.exchanges)


def for_good(producer: TransactionalProducer, world: World, version: int) -> Produced | None:
    """The answer to a Produce without AddPartitionsToTxn; None where it stays "cannot verify"."""
    batch = producer.batch(world.topic, world.values(1, "not-added."), NOT_ADDED)

    def attempt() -> Produced | None:
        produced = producer.session.produce(
            world.topic, batch, partition=NOT_ADDED, transactional_id=producer.transactional_id, version=version
        )
        producer.exchanges.append(produced.exchange)
        return None if produced.error_code in PASSES_PRODUCE else produced

    try:
        return producer.session.until(attempt, "Produce is answered for good", within_s=5.0)
    except NotObservable:
        return None


def implicit(run: Run, commit: bool) -> None:
    """Two transactions of which each adds partitions by writing."""
    world = World(run, producers=1, partitions=2, protocol=Protocol.TV2)
    producer = world.actors[0]
    for partitions in ((0, 1), (1,)):
        for partition in partitions:
            written = producer.write(world.topic, world.values(1), partition)
            run.judge(
                written.ok, "implicit-add-refused", evidence=producer.exchanges, seen=named(written.error_code),
                expected=f"no error for a Produce of {producer.identity} to partition {partition} ({Protocol.TV2})",
            )  # fmt: skip
        before = producer.identity
        ended = producer.finished(commit)
        after = producer.identity
        newer = after.producer_id != before.producer_id or after.producer_epoch > before.producer_epoch
        run.judge(
            newer, "epoch-not-raised", expected=f"an identity newer than {before}", seen=after, evidence=ended.exchange
        )
    drains(run, world, producer.exchanges)


def drains(run: Run, world: World, evidence: list[Exchange]) -> None:
    """No partition is left with an open transaction. Waited for in vain once, it is not waited for again."""
    if any(one.signature == "partition-hangs" for one in run.result.counterexamples):
        return
    stuck = world.unsettled()
    run.judge(
        stuck is None, "partition-hangs", evidence=[*evidence, *([stuck.exchange] if stuck else [])],
        expected=f"a last stable offset equal to the high watermark within {run.liveness_s:g} s",
        seen=f"{stuck.last_stable_offset} and {stuck.high_watermark}" if stuck else "",
    )  # fmt: skip
