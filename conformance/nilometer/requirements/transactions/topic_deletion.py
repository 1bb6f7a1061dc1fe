"""T22: a topic that disappears takes neither its transactions' other partitions nor their ids with it."""

from __future__ import annotations

import time

from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason


@requirement(
    id="T22",
    name="transactions.topic_deletion",
    level="SHOULD",
    sentence="Deleting a topic that takes part in an open transaction blocks neither the transactional id nor the "
    "other partitions of the transaction",
    profiles=("eos", "admin"),
    sources=("KIP-98",),
    apis={**TRANSACTIONS, "DeleteTopics": 1, "CreateTopics": 2},
    signatures={
        "end-blocked": "EndTxn of a transaction with a deleted topic did not succeed within T",
        "partition-blocked": "another partition of the transaction does not come to rest",
        "records-lost": "the committed records in the other partition are not visible",
        "id-blocked": "the transactional id could not be used for another transaction",
    },
)  # fmt: skip
def check(run: Run) -> None:
    """Commit and abort in each protocol, after one of two topics was deleted."""
    for protocol in served_protocols(run):
        for commit in (True, False):
            world = World(run, producers=1, partitions=1, protocol=protocol)
            try:
                delete_in_the_middle(run, world, commit)
            except NotObservable as missing:
                run.skip(missing.reason, missing.detail)


def delete_in_the_middle(run: Run, world: World, commit: bool) -> None:
    """One transaction over two topics."""
    producer = world.actors[0]
    doomed = run.topic()
    world.write(0)
    transaction = world.history[0]
    producer.wrote(doomed, [b"doomed"])
    code = world.reader.delete_topic(doomed.name)
    if code != 0:
        raise NotObservable(Reason.REFUSED, f"DeleteTopics: {named(code)}")
    run.subject.topics.remove(doomed.name)
    began = time.monotonic()
    answered = producer.end(commit)
    transaction.exchanges += producer.exchanges
    run.judge(
        answered.ok, "end-blocked", seen=f"{answered.error} after {time.monotonic() - began:.1f} s",
        expected=f"EndTxn succeeds within {run.liveness_s:g} s", evidence=transaction.exchanges,
    )  # fmt: skip
    stuck = world.unsettled()
    rests = run.judge(
        stuck is None, "partition-blocked", evidence=[*transaction.exchanges, *([stuck.exchange] if stuck else [])],
        expected=f"a last stable offset equal to the high watermark within {run.liveness_s:g} s",
        seen=f"{stuck.last_stable_offset} and {stuck.high_watermark}" if stuck else "",
    )  # fmt: skip
    if rests and commit and answered.ok:
        read = world.read(0)
        visible = transaction.values & set(read.values.values())
        run.judge(
            len(visible) == len(transaction.values), "records-lost", seen=f"{len(visible)} visible",
            expected=f"{len(transaction.values)} record visible: the transaction was committed",
            evidence=[*transaction.exchanges, *read.exchanges],
        )  # fmt: skip
    before = len(producer.exchanges)
    written = producer.write(world.topic, world.values(1))
    ended = producer.end(True) if written.ok else written
    run.judge(
        ended.ok, "id-blocked", expected=f"another transaction of {producer.identity} succeeds",
        seen=f"{ended.exchange.api}: {named(ended.error_code)}", evidence=producer.exchanges[before:],
    )  # fmt: skip
