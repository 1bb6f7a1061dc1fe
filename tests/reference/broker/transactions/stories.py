"""Stories about transactions, told to any broker over the wire. What Apache Kafka answers stands in
`kafka_answers.json`; written anew by

    python -m tests.reference.broker.transactions.stories
"""

from __future__ import annotations

import json
from pathlib import Path

from nilometer.targets.kafka import KafkaTarget
from nilometer_reference.wire.messages import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    DescribeTransactionsRequest,
    EndTxnRequest,
    InitProducerIdRequest,
    ListTransactionsRequest,
    TxnOffsetCommitRequest,
    WriteTxnMarkersRequest,
)
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from nilometer_reference.wire.messages.write_txn_markers import WritableTxnMarker, WritableTxnMarkerTopic
from tests.reference.broker.groups.sides import Side, SocketSide

from .story import STORIES, TransactionStory, story

KAFKA_ANSWERS = Path(__file__).with_name("kafka_answers.json")
PROPERTIES = {"transaction.abort.timed.out.transaction.cleanup.interval.ms": 500}
"""So that a story about a time-out does not last ten seconds."""
TV1, TV2 = 4, 5
"""Versions of EndTxn."""


@story
def identities_are_answered_in_every_version(s: TransactionStory) -> None:
    for version in range(6):
        s.settled(InitProducerIdRequest(None, 0), version)
        s.init(version=version)
        s.init(version=version, id_=s.named("other"))


@story
def identities_are_refused(s: TransactionStory) -> None:
    for version in range(6):
        for id_, timeout_ms in (("", 60_000), ("", 0), (s.id, 0), (s.id, -1), (s.id, 900_001), (s.id, 2**31 - 1)):
            s.ask(InitProducerIdRequest(id_, timeout_ms), version)
    for version in (3, 4, 5):
        for id_ in (None, s.id, ""):
            for identity in ((-1, 3), (3, -1)):
                s.ask(InitProducerIdRequest(id_, 60_000, *identity), version)
        s.settled(InitProducerIdRequest(None, 60_000, 12, 3), version)


@story
def a_producer_bumps_its_own_epoch(s: TransactionStory) -> None:
    first = s.init()
    for version in (3, 4, 5):
        s.init(first, version)
    second = s.init(first)
    third = s.init(second)
    for version in (3, 4, 5):
        for stale in (first, (third[0], third[1] + 1), (third[0] + 1, third[1]), (third[0] + 1, 32_766)):
            s.ask(InitProducerIdRequest(s.id, 60_000, *stale), version)
    s.init(third)
    s.ask(InitProducerIdRequest(s.named("never seen"), 60_000, 99, 7), 5)


@story
def an_init_aborts_what_is_open(s: TransactionStory) -> None:
    s.topic("t")
    for end in (TV1, TV2):
        zombie = s.init()
        s.add(zombie, {"t": [0]})
        s.produce(zombie, 12 if end == TV2 else 10)
        s.ask(InitProducerIdRequest(s.id, 60_000), 5)
        current = s.init()
        s.log()
        s.ask(EndTxnRequest(s.id, *zombie, True), end)
        s.ask(EndTxnRequest(s.id, *current, True), end)
    own = s.init()
    s.add(own, {"t": [0]})
    s.ask(InitProducerIdRequest(s.id, 60_000, *own), 5)
    s.init(own)
    s.log(isolation_level=1)


@story
def partitions_are_added_in_every_version(s: TransactionStory) -> None:
    s.topic("t", 2)
    s.topic("u")
    mine = s.init()
    for version in range(4):
        s.add(mine, {"u": [0], "t": [1, 0]}, version)
        s.ask(s.adding(mine, {"t": [0, 7], "nothing": [0], "u": [0]}), version)
        s.ask(s.adding((mine[0], mine[1] + 1), {"t": [0, 1]}), version)
        s.ask(s.adding((mine[0], mine[1] - 1), {"t": [0, 1]}), version)
        s.ask(s.adding((mine[0] + 1, mine[1]), {"t": [0, 1]}), version)
        s.ask(s.adding(mine, {"t": [0, 1]}, id_=s.named("unknown")), version)
        s.ask(s.adding(mine, {"t": [0, 1]}, id_=""), version)
        s.ask(s.adding((mine[0] + 1, 0), {"nothing": [0]}), version)
        s.end(mine, True, version)
    s.at_rest()
    s.ask(s.adding(mine, {}), 3)
    s.ask(DescribeTransactionsRequest([s.id]), 0)


@story
def brokers_add_and_verify_partitions(s: TransactionStory) -> None:
    s.topic("t", 2)
    x, y = s.init(id_=s.named("x")), s.init(id_=s.named("y"))
    for version in (4, 5):
        s.settled(
            AddPartitionsToTxnRequest(
                [
                    s.a_transaction(x, {"t": [0]}, id_=s.named("x")),
                    s.a_transaction(y, {"t": [0, 9]}, id_=s.named("y")),
                ]
            ),
            version,
        )
        for identity in (x, (x[0], x[1] + 1), (x[0] + 1, x[1])):
            asked = s.a_transaction(identity, {"t": [0, 1]}, id_=s.named("x"), verify_only=True)
            s.ask(AddPartitionsToTxnRequest([asked]), version)
        for id_ in (s.named("y"), s.named("unknown"), ""):
            asked = s.a_transaction(y, {"t": [0]}, id_=id_, verify_only=True)
            s.ask(AddPartitionsToTxnRequest([asked]), version)
        s.ask(AddPartitionsToTxnRequest([s.a_transaction((x[0], 99), {"t": [1]}, id_=s.named("x"))]), version)
        x = s.end(x, True, TV2, id_=s.named("x"))


@story
def offsets_are_added_in_every_version(s: TransactionStory) -> None:
    mine = s.init()
    for version in range(5):
        s.add_offsets(mine, version)
        for identity in ((mine[0], mine[1] + 1), (mine[0], mine[1] - 1), (mine[0] + 1, mine[1])):
            s.ask(AddOffsetsToTxnRequest(s.id, *identity, s.group), version)
        s.ask(AddOffsetsToTxnRequest(s.named("unknown"), *mine, s.group), version)
        s.ask(AddOffsetsToTxnRequest("", *mine, s.group), version)
        s.end(mine, False, min(version, TV1))
    s.settled(AddOffsetsToTxnRequest(s.id, *mine, ""), 3)


@story
def ends_of_the_older_protocol(s: TransactionStory) -> None:
    s.topic("t")
    mine = s.init()
    for version in range(5):
        for commit in (True, False):
            s.ask(EndTxnRequest(s.id, mine[0], mine[1] + 1, commit), version)
            s.ask(EndTxnRequest(s.id, mine[0], mine[1] - 1, commit), version)
            s.ask(EndTxnRequest(s.id, mine[0] + 1, mine[1], commit), version)
            s.ask(EndTxnRequest(s.named("unknown"), *mine, commit), version)
            s.ask(EndTxnRequest("", *mine, commit), version)
            s.end(mine, commit, version)
        for commit in (True, False):
            s.add(mine, {"t": [0]})
            s.produce(mine, 10, sequence=2 * version + (not commit))
            s.end(mine, commit, version)
            s.end(mine, commit, version)
            s.end(mine, not commit, version)
    s.log()
    s.log(isolation_level=1)


@story
def ends_of_the_newer_protocol(s: TransactionStory) -> None:
    s.topic("t")
    mine = s.init()
    for commit in (True, False):
        s.ask(EndTxnRequest(s.id, mine[0], mine[1] + 1, commit), TV2)
        s.ask(EndTxnRequest(s.id, mine[0], mine[1] - 1, commit), TV2)
        s.ask(EndTxnRequest(s.id, mine[0] + 1, mine[1], commit), TV2)
        s.ask(EndTxnRequest(s.named("unknown"), *mine, commit), TV2)
        s.ask(EndTxnRequest("", *mine, commit), TV2)
    s.end(mine, True, TV2)
    after = s.end(mine, False, TV2)
    s.end(mine, False, TV2)
    s.end(mine, True, TV2)
    for commit in (True, False, True):
        s.produce(after, 12)
        before, after = after, s.end(after, commit, TV2)
        s.end(before, commit, TV2)
        s.end(before, not commit, TV2)
        s.end(after, True, TV2)
    last = s.end(after, False, TV2)
    s.at_rest()
    s.end(before, True, TV2)
    s.produce(before, 12, sequence=1)
    s.produce(last, 12)
    s.end(after, False, TV2)
    s.end(last, False, TV2)
    s.log()
    s.log(isolation_level=1)


@story
def batches_of_partitions_that_were_not_added(s: TransactionStory) -> None:
    s.topic("t", 2)
    mine = s.init()
    for version in (9, 10, 11):
        s.produce(mine, version)
    s.add(mine, {"t": [1]})
    for version in (9, 10, 11):
        s.produce(mine, version)
    s.produce(mine, 12)
    s.produce(mine, 9, partition=1)
    s.produce(mine, 12, sequence=1, id_=s.named("unknown"))
    for identity in ((mine[0], mine[1] + 1), (mine[0] + 1, mine[1])):
        for version in (10, 11, 12):
            s.produce(identity, version, partition=1)
    s.ask(DescribeTransactionsRequest([s.id]), 0)
    s.end(mine, True, TV2)
    s.log()


@story
def late_batches(s: TransactionStory) -> None:
    s.topic("t")
    for version, end in ((10, TV1), (11, TV1), (12, TV2)):
        mine = s.init()
        s.add(mine, {"t": [0]})
        s.produce(mine, version)
        s.end(mine, False, end)
        s.at_rest()
        s.produce(mine, version, sequence=1)
    fourth = s.init()
    s.add(fourth, {"t": [0]})
    s.produce(fourth, 10)
    s.end(fourth, False, TV1)
    s.at_rest()
    s.produce(fourth, 10, sequence=1)
    s.produce(fourth, 11, sequence=1)
    s.log()


@story
def a_zombie_is_told_so_by_each_request(s: TransactionStory) -> None:
    s.topic("t")
    zombie = s.init()
    s.add(zombie, {"t": [0]})
    s.add_offsets(zombie)
    current = s.init()
    for version in range(4):
        s.ask(s.adding(zombie, {"t": [0]}), version)
    for version in range(5):
        s.ask(AddOffsetsToTxnRequest(s.id, *zombie, s.group), version)
    for version in range(6):
        s.ask(EndTxnRequest(s.id, *zombie, True), version)
        s.stage(zombie, 5, version)
    for version in (9, 10, 11, 12):
        s.produce(zombie, version)
    for version in (3, 4, 5):
        s.ask(InitProducerIdRequest(s.id, 60_000, *zombie), version)
    s.init(current)


@story
def offsets_in_transactions(s: TransactionStory) -> None:
    s.topic("t", 2)
    mine = s.init()
    for version in range(6):
        if version < 5:
            s.stage(mine, 1, version)
        s.add_offsets(mine)
        s.stage(mine, 10 + version, version)
        s.ask(s.fetching({"t": [0]}, require_stable=True), 8)
        s.ask(s.fetching({"t": [0]}), 8)
        s.end(mine, bool(version % 2), TV1)
        s.at_rest()
        s.ask(s.fetching({"t": [0]}, require_stable=True), 8)
        for identity in ((mine[0], mine[1] + 1), (mine[0] + 1, mine[1])):
            s.stage(identity, 5, version)
        s.stage(mine, 5, version, id_=s.named("unknown"))
        s.stage(mine, 5, version, id_="")
    own = s.end(mine, False, TV2)
    s.stage(own, 40, 5)
    s.end(own, True, TV2)
    s.at_rest()
    s.ask(s.fetching({"t": [0]}, require_stable=True), 8)


@story
def offsets_of_transactions_are_refused_one_by_one(s: TransactionStory) -> None:
    s.topic("t", 2)
    mine = s.init()
    s.add_offsets(mine)
    for version in range(6):
        topics = [
            TxnOffsetCommitRequestTopic(
                s.topic_name(name), [TxnOffsetCommitRequestPartition(i, 5, -1, note) for i, note in parts]
            )
            for name, parts in (("t", [(0, ""), (7, ""), (1, "x" * 5_000)]), ("nothing", [(0, "")]))
        ]
        s.ask(TxnOffsetCommitRequest(s.id, s.group, *mine, topics=topics), version)
        s.ask(TxnOffsetCommitRequest(s.id, "", *mine, topics=topics), version)
        s.ask(TxnOffsetCommitRequest(s.id, s.group, *mine, topics=topics[1:]), version)
        s.ask(TxnOffsetCommitRequest(s.id, s.group, *mine, topics=[]), version)
    for version in (3, 4, 5):
        s.stage(mine, 5, version, generation_id=1, member_id="m")


@story
def consumers_that_were_left_behind(s: TransactionStory) -> None:
    s.topic("t")
    joined = s.stable()
    mine = s.init()
    s.add_offsets(mine)
    for version in (3, 4, 5):
        generation, member = joined.generation_id, joined.member_id
        s.stage(mine, 5, version, generation_id=generation - 1, member_id=member)
        s.stage(mine, 5, version, generation_id=generation + 1, member_id=member)
        s.stage(mine, 5, version, generation_id=generation, member_id="stranger")
        s.stage(mine, 5, version, generation_id=generation, member_id=member, group_instance_id="nobody")
        s.stage(mine, 5, version, generation_id=-1, member_id="stranger")
        s.stage(mine, 5, version)
        s.stage(mine, 6, version, generation_id=generation, member_id=member)


@story
def transactions_are_described(s: TransactionStory) -> None:
    s.topic("t", 3)
    s.topic("u")
    s.ask(DescribeTransactionsRequest([s.id, ""]), 0)
    mine = s.init(timeout_ms=7_000)
    s.ask(DescribeTransactionsRequest([s.id, s.named("unknown")]), 0)
    s.add(mine, {"u": [0], "t": [2, 0]})
    s.ask(DescribeTransactionsRequest([s.id, s.id]), 0)
    s.end(mine, True, TV1)
    s.at_rest()
    s.ask(DescribeTransactionsRequest([s.id]), 0)
    s.add(mine, {"t": [1]})
    s.ask(DescribeTransactionsRequest([s.id]), 0)
    s.end(mine, False, TV1)
    s.at_rest()
    s.ask(DescribeTransactionsRequest([s.id]), 0)
    s.init(mine)
    s.ask(DescribeTransactionsRequest([s.id]), 0)
    s.ask(DescribeTransactionsRequest([]), 0)


@story
def transactions_are_listed(s: TransactionStory) -> None:
    s.topic("t")
    identities = {name: s.init(id_=s.named(name)) for name in ("idle", "open", "done")}
    for name in ("open", "done"):
        s.add(identities[name], {"t": [0]}, id_=s.named(name))
    s.end(identities["done"], True, TV1, id_=s.named("done"))
    s.add(identities["done"], {"t": [0]}, id_=s.named("done"))
    s.end(identities["done"], False, TV1, id_=s.named("done"))
    s.at_rest()
    ids = [identity[0] for identity in identities.values()]
    mine = f"\\Q{s.named('')}\\E"
    for states in ([], ["Ongoing"], ["Empty", "CompleteAbort"], ["Dead"], ["Begun", "ongoing"], ["Begun", "Ongoing"]):
        s.ask(ListTransactionsRequest(states, ids), 0)
    s.ask(ListTransactionsRequest([], ids[:1]), 2)
    s.pause()
    for duration_ms in (-1, 0, 86_400_000):
        s.ask(ListTransactionsRequest([], ids, duration_ms), 1)
    for pattern in (f".*{mine}", f"(open|idle){mine}", f"{mine}", "", None, f"[a-e]+{mine}", f"(?i)OPEN{mine}"):
        s.ask(ListTransactionsRequest([], ids, -1, pattern), 2)


@story
def markers_are_written_from_outside(s: TransactionStory) -> None:
    s.topic("t", 2)
    s.init()
    mine = s.init()
    s.add(mine, {"t": [0, 1]})
    s.produce(mine, 10)

    def ask(version: int, identity: tuple[int, int], coordinator_epoch: int, transaction_version: int = 0) -> None:
        topics = [WritableTxnMarkerTopic(s.topic_name("t"), [0, 1, 9]), WritableTxnMarkerTopic("nothing", [0])]
        marker = WritableTxnMarker(*identity, False, topics, coordinator_epoch, transaction_version)
        s.ask(WriteTxnMarkersRequest([marker]), version)

    ask(2, mine, 3, 2)
    s.log()
    ask(1, mine, 3)
    s.log()
    ask(1, mine, 2)
    ask(1, (mine[0], mine[1] - 1), 4)
    ask(2, mine, 5, 2)
    ask(2, (mine[0], mine[1] + 1), 5, 2)
    ask(2, (mine[0], mine[1] + 1), 5, 2)
    ask(2, mine, 5, 2)
    s.log()
    s.ask(WriteTxnMarkersRequest([]), 1)
    for version in (1, 2):
        topics = [WritableTxnMarkerTopic(s.topic_name("t"), [0])]
        s.ask(
            WriteTxnMarkersRequest([WritableTxnMarker(*mine, commit, topics, 6, 0) for commit in (True, False)]),
            version,
        )


@story
def a_transaction_takes_too_long(s: TransactionStory) -> None:
    s.topic("t")
    for version, end in ((10, TV1), (12, TV2)):
        mine = s.init(timeout_ms=1_000)
        s.add(mine, {"t": [0]})
        s.produce(mine, version)
        while s.unseen(DescribeTransactionsRequest([s.id]), 0).transaction_states[0].transaction_state == "Ongoing":
            s.pause()
        s.at_rest()
        s.produce(mine, version, sequence=1)
        s.ask(s.adding(mine, {"t": [0]}), 3)
        s.end(mine, True, end)
        s.end(mine, False, end)
        s.init()
        s.log()


@story
def what_kafka_lets_pass(s: TransactionStory) -> None:
    """The one story in which our broker answers otherwise: docs/decisions/0010-fenced-producers.md."""
    s.topic("t")
    zombie = s.init()
    successor = s.init()
    for sequence, commit in enumerate((True, False)):
        s.add(successor, {"t": [0]})
        s.produce(successor, 10, sequence=sequence)
        s.end(successor, commit, TV1)
        s.at_rest()
        s.ask(EndTxnRequest(s.id, *zombie, commit), TV2)
        s.ask(EndTxnRequest(s.id, *zombie, not commit), TV2)
    third = s.init(successor)
    s.add(third, {"t": [0]})
    s.ask(InitProducerIdRequest(s.id, 60_000, *successor), 5)
    s.at_rest()
    s.ask(DescribeTransactionsRequest([s.id]), 0)


def play(side: Side, name: str) -> list[str]:
    told = TransactionStory(side, name)
    STORIES[name](told)
    return told.lines


def main() -> None:
    """Tell every story to Apache Kafka and keep what it answers."""
    answers: dict[str, list[str]] = {}
    with KafkaTarget(properties=PROPERTIES) as target:
        host, _, port = target.endpoint.text.rpartition(":")
        for name in STORIES:
            side = SocketSide(host, int(port))
            answers[name] = play(side, name)
            side.close()
    KAFKA_ANSWERS.write_text(json.dumps(answers, indent=0, ensure_ascii=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
