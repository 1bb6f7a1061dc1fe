"""Requests that W8 sends to be refused, each wrong in one way, on a stage that they could change.

Produce              wrong CRC, acks, size, partition, timestamp, sequence, epoch, control bit, no transaction
OffsetCommit         unknown member, metadata too long, unknown topic
CreateTopics         exists, name, partitions, replication factor, setting, named twice
CreatePartitions     fewer than there are          IncrementalAlterConfigs    one good, one bad setting
DeleteTopics         unknown                       DeleteRecords              above the log, below zero
DeleteGroups         unknown                       InitProducerId             time-out above the broker's limit
AddPartitionsToTxn   one unknown topic, old epoch  EndTxn                     old epoch, unknown producer id
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from nilometer.clients.batches import data_batch, patched, wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import COORDINATOR_ERRORS, GROUP, TRANSACTION
from nilometer.requirements.wire._batches import ATTRIBUTES, CONTROL, CRC
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import error_name
from nilometer_reference.wire.messages.add_partitions_to_txn import AddPartitionsToTxnTopic
from nilometer_reference.wire.messages.create_partitions import CreatePartitionsTopic
from nilometer_reference.wire.messages.create_topics import CreatableTopic, CreatableTopicConfig
from nilometer_reference.wire.messages.delete_records import DeleteRecordsPartition, DeleteRecordsTopic
from nilometer_reference.wire.messages.delete_topics import DeleteTopicState
from nilometer_reference.wire.messages.incremental_alter_configs import AlterableConfig, AlterConfigsResource
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic

BATCH_BYTES_MAX = 20_000
HOUR_MS = 3_600_000
SET = 0
TOPIC_RESOURCE = 2
Answer = tuple[Exchange, list[int]]


@dataclass
class Stage:
    """What the rows could change."""

    topic: Topic
    topics: list[Topic] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    transactional_ids: list[str] = field(default_factory=list)
    identity: tuple[int, int] = (-1, -1)
    """Of the open transaction: producer id and epoch."""
    idempotent: tuple[int, int] = (-1, -1)


@dataclass(frozen=True)
class Mutation:
    """One row."""

    what: str
    send: Callable[[], Answer]


def prepare(run: Run) -> Stage:
    """A topic with records, a group with an offset, an open transaction: what of it the target serves."""
    try:
        topic = run.topic(partitions=2, configs={"max.message.bytes": str(BATCH_BYTES_MAX)})
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
        topic = run.topic(partitions=2)
    stage = Stage(topic, [topic])
    run.session.produce(topic, data_batch(run.name("value"), 3))
    for part in (_commit_an_offset, _open_a_transaction, _number_a_batch):
        try:
            part(run, stage)
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
    return stage


def _commit_an_offset(run: Run, stage: Stage) -> None:
    group = run.group()

    def commit() -> list[int] | None:
        _, codes = _commit(run, stage, group, 2)
        return None if COORDINATOR_ERRORS & set(codes) else codes

    codes = run.session.until(commit, "the coordinator takes an offset")
    if any(codes):
        run.not_observable(Reason.REFUSED, f"OffsetCommit answered {[error_name(code) for code in codes]}")
    stage.groups.append(group)


def _open_a_transaction(run: Run, stage: Stage) -> None:
    id = run.name("transactional-id")
    run.session.version("AddPartitionsToTxn", at_most=3)
    stage.identity = run.session.init_producer_id(id)
    stage.transactional_ids.append(id)
    _, codes = _add_partitions(run, stage, stage.identity, [AddPartitionsToTxnTopic(stage.topic.name, [0])])
    if any(codes):
        run.not_observable(Reason.REFUSED, f"AddPartitionsToTxn answered {[error_name(code) for code in codes]}")


def _number_a_batch(run: Run, stage: Stage) -> None:
    stage.idempotent = run.session.init_producer_id()
    id, epoch = stage.idempotent
    batch = data_batch(run.name("value"), 2, producer_id=id, producer_epoch=epoch, base_sequence=0)
    run.session.produce(stage.topic, batch)


def mutations(run: Run, stage: Stage) -> Iterator[Mutation]:
    """Every row."""
    yield from _produce(run, stage)
    yield from _topics(run, stage)
    yield from _records_and_settings(run, stage)
    yield from _coordinators(run, stage)


# ---------------------------------------------------------------------------------------------------- rows


def _produce(run: Run, stage: Stage) -> Iterator[Mutation]:
    def produce(batch: bytes, **options: Any) -> Answer:
        produced = run.session.produce(stage.topic, batch, **options)
        return produced.exchange, [produced.error_code]

    tag = run.name("value")
    good = data_batch(tag)
    id, epoch = stage.idempotent

    def numbered(sequence: int, epoch: int) -> bytes:
        return data_batch(tag, producer_id=id, producer_epoch=epoch, base_sequence=sequence)

    yield Mutation("Produce with a wrong CRC", lambda: produce(patched(good, CRC, "I", 1, reseal=False)))
    yield Mutation("Produce with acks=2", lambda: produce(good, acks=2))
    big = data_batch(tag + "x" * (2 * BATCH_BYTES_MAX))
    yield Mutation(f"Produce of {len(big)} bytes, max.message.bytes {BATCH_BYTES_MAX}", lambda: produce(big))
    yield Mutation("Produce with a control batch", lambda: produce(patched(good, ATTRIBUTES, "h", CONTROL)))
    late = data_batch(tag, timestamp=wall_clock_ms() + 48 * HOUR_MS)
    yield Mutation("Produce with a timestamp of the day after tomorrow", lambda: produce(late))
    if id >= 0:
        yield Mutation("Produce with a gap before its sequence", lambda: produce(numbered(9, epoch)))
        yield Mutation("Produce with a negative epoch", lambda: produce(numbered(2, -1)))
    if stage.transactional_ids:
        producer_id, producer_epoch = stage.identity
        batch = data_batch(
            tag, producer_id=producer_id, producer_epoch=producer_epoch, base_sequence=0, transactional=True
        )
        yield Mutation(
            "transactional Produce to a partition outside the transaction",
            lambda: produce(batch, partition=1, transactional_id=stage.transactional_ids[0],
                            version=run.session.version("Produce", at_most=11)),
        )  # fmt: skip


def _topics(run: Run, stage: Stage) -> Iterator[Mutation]:
    def create(*topics: CreatableTopic, validate_only: bool = False) -> Answer:
        ask = m.CreateTopicsRequest(list(topics), 5_000, validate_only)
        return _to_controller(run, ask)

    def new(**changes: Any) -> CreatableTopic:
        name = run.name("must-not-be")
        run.subject.topics.append(name)
        return CreatableTopic(**{"name": name, "num_partitions": 1, "replication_factor": 1, **changes})

    yield Mutation("CreateTopics of one that is there", lambda: create(new(name=stage.topic.name)))
    yield Mutation("CreateTopics with 0 partitions", lambda: create(new(num_partitions=0)))
    yield Mutation("CreateTopics with -5 partitions", lambda: create(new(num_partitions=-5)))
    yield Mutation("CreateTopics with 1000 replicas", lambda: create(new(replication_factor=1_000)))
    yield Mutation("CreateTopics with a space in its name", lambda: create(new(name=run.name("must not be"))))
    bad = [CreatableTopicConfig("retention.ms", "soon")]
    yield Mutation("CreateTopics with retention.ms=soon", lambda: create(new(configs=bad)))
    unknown = [CreatableTopicConfig("no.such.setting", "1")]
    yield Mutation("CreateTopics with an unknown setting", lambda: create(new(configs=unknown)))
    twice = new()
    yield Mutation("CreateTopics of a name given twice", lambda: create(twice, twice))
    fewer = m.CreatePartitionsRequest([CreatePartitionsTopic(stage.topic.name, 1, None)], 5_000)
    yield Mutation("CreatePartitions to fewer than there are", lambda: _to_controller(run, fewer))
    missing = m.CreatePartitionsRequest([CreatePartitionsTopic(run.name("missing"), 3, None)], 5_000)
    yield Mutation("CreatePartitions of an unknown topic", lambda: _to_controller(run, missing))
    name = run.name("missing")

    def delete() -> Answer:
        version = run.session.version("DeleteTopics")
        by_state = m.DeleteTopicsRequest(topics=[DeleteTopicState(name)], timeout_ms=5_000)
        return _to_controller(run, by_state if version >= 6 else m.DeleteTopicsRequest(topic_names=[name]))

    yield Mutation("DeleteTopics of an unknown topic", delete)


def _records_and_settings(run: Run, stage: Stage) -> Iterator[Mutation]:
    for offset in (1_000_000, -7):
        part = DeleteRecordsTopic(stage.topic.name, [DeleteRecordsPartition(0, offset)])
        ask = m.DeleteRecordsRequest([part], 5_000)
        yield Mutation(
            f"DeleteRecords before offset {offset}",
            lambda ask=ask: _call(run, ask, run.session.leader(stage.topic)),  # type: ignore[misc]
        )
    settings = [AlterableConfig("retention.ms", SET, "123456"), AlterableConfig("cleanup.policy", SET, "burn")]
    alter = m.IncrementalAlterConfigsRequest([AlterConfigsResource(TOPIC_RESOURCE, stage.topic.name, settings)])
    yield Mutation("IncrementalAlterConfigs with one good and one bad setting", lambda: _to_controller(run, alter))


def _coordinators(run: Run, stage: Stage) -> Iterator[Mutation]:
    if stage.groups:
        group = stage.groups[0]
        yield Mutation(
            "OffsetCommit of an unknown member",
            lambda: _commit(run, stage, group, 3, generation_id_or_member_epoch=5, member_id="nobody"),
        )
        yield Mutation(
            "OffsetCommit with 30000 bytes of metadata", lambda: _commit(run, stage, group, 3, text="x" * 30_000)
        )
    stranger = m.DeleteGroupsRequest([run.name("group")])
    yield Mutation(
        "DeleteGroups of an unknown group",
        lambda: _answer(run.session.call_coordinator(GROUP, stranger.groups_names[0], stranger)),
    )
    long = m.InitProducerIdRequest(run.name("transactional-id"), 2**31 - 1)
    yield Mutation(
        "InitProducerId with a time-out of 24 days",
        lambda: _answer(
            run.session.call_coordinator(
                TRANSACTION, str(long.transactional_id), long, version=run.session.version("InitProducerId", at_most=5)
            )
        ),
    )
    if not stage.transactional_ids:
        return
    id, epoch = stage.identity
    topics = [AddPartitionsToTxnTopic(stage.topic.name, [1]), AddPartitionsToTxnTopic(run.name("missing"), [0])]
    yield Mutation("AddPartitionsToTxn with an unknown topic", lambda: _add_partitions(run, stage, (id, epoch), topics))
    one = [AddPartitionsToTxnTopic(stage.topic.name, [1])]
    yield Mutation("AddPartitionsToTxn with an old epoch", lambda: _add_partitions(run, stage, (id, epoch - 1), one))
    for what, identity in (("an old epoch", (id, epoch - 1)), ("another producer id", (id + 1_000, epoch))):
        end = m.EndTxnRequest(stage.transactional_ids[0], *identity, committed=True)
        yield Mutation(
            f"EndTxn with {what}",
            lambda end=end: _answer(  # type: ignore[misc]
                run.session.call_coordinator(
                    TRANSACTION, end.transactional_id, end, version=run.session.version("EndTxn", at_most=4)
                )
            ),
        )


# ---------------------------------------------------------------------------------------------------- sending


def _call(run: Run, request: Message, node: int | None = None) -> Answer:
    return _answer(run.session.call(request, node=node))


def _to_controller(run: Run, request: Message) -> Answer:
    run.session.version(request)
    run.session.metadata([])
    return _call(run, request, run.session.controller_id if run.session.controller_id >= 0 else None)


def _commit(run: Run, stage: Stage, group: str, offset: int, *, text: str = "", **fields_: Any) -> Answer:
    part = OffsetCommitRequestPartition(partition_index=0, committed_offset=offset, committed_metadata=text)
    topics = [OffsetCommitRequestTopic(stage.topic.name, partitions=[part])]
    ask = m.OffsetCommitRequest(group, topics=topics, **fields_)
    version = run.session.version("OffsetCommit", at_least=2, at_most=9)
    return _answer(run.session.call_coordinator(GROUP, group, ask, version=version))


def _add_partitions(run: Run, stage: Stage, identity: tuple[int, int], topics: list[AddPartitionsToTxnTopic]) -> Answer:
    id = stage.transactional_ids[0]
    ask = m.AddPartitionsToTxnRequest(
        v3_and_below_transactional_id=id, v3_and_below_producer_id=identity[0],
        v3_and_below_producer_epoch=identity[1], v3_and_below_topics=topics,
    )  # fmt: skip
    version = run.session.version("AddPartitionsToTxn", at_most=3)
    return _answer(run.session.call_coordinator(TRANSACTION, id, ask, version=version))


def _answer(exchange: Exchange) -> Answer:
    return exchange, item_codes(exchange.response)


def item_codes(response: Any) -> list[int]:
    """The error codes of the parts, of those that lie deepest; of the response itself where it has no parts."""
    parts = [
        code
        for one in fields(response)
        for value in (getattr(response, one.name) if isinstance(getattr(response, one.name), list) else ())
        if is_dataclass(value)
        for code in item_codes(value)
    ]
    own = [getattr(response, name) for name in ("error_code", "partition_error_code") if hasattr(response, name)]
    return [code for code in own if code] + parts if parts else own
