"""W10: null arrays mean all, empty ones none; a topic is named by its name or its id, as the version wants it.

request                             null, or neither              empty          unknown id
Metadata                            every topic                   no topic       UNKNOWN_TOPIC_ID (100), from v12
OffsetFetch (v2 and up)             every committed partition     none           -
DescribeConfigs, keys of a topic    every setting                 (not judged)   -
DeleteTopics v6                     INVALID_REQUEST (42)          nothing        UNKNOWN_TOPIC_ID (100)
Fetch, Produce v13                  -                             -              UNKNOWN_TOPIC_ID (100)
"""

from __future__ import annotations

from nilometer.clients.batches import data_batch
from nilometer.clients.observations import Topic
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import GROUP
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode, error_name
from nilometer_reference.wire.messages.delete_topics import DeleteTopicState
from nilometer_reference.wire.messages.describe_configs import DescribeConfigsResource
from nilometer_reference.wire.messages.metadata import MetadataRequestTopic
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic
from nilometer_reference.wire.messages.offset_fetch import OffsetFetchRequestGroup

TOPIC_RESOURCE = 2
UNKNOWN_ID = b"nilometer-nobody"


@requirement(
    id="W10",
    name="wire.nulls_and_ids",
    level="MUST",
    sentence="Name-or-id fields take exactly what the version wants; null arrays mean all where the schema says so, "
    "empty arrays mean none",
    profiles=("core", "admin"),
    sources=("KIP-516", "KIP-4 (Metadata)", "message schemas: nullableVersions"),
    apis={"Metadata": 1},
    signatures={
        "null-not-all": "a null array left something out",
        "empty-not-none": "an empty array was answered with something",
        "id-not-found": "a topic asked for by its id was not answered",
        "unknown-id-code": "an unknown topic id was not answered with UNKNOWN_TOPIC_ID",
        "neither-accepted": "an entry with neither name nor id was not refused",
    },
)
def check(run: Run) -> None:
    """Each part that the target serves."""
    topic = run.topic()
    for part in (metadata_arrays, metadata_ids, offset_fetch_arrays, config_keys, delete_topics_ids, data_ids):
        try:
            part(run, topic)
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)


def metadata_arrays(run: Run, topic: Topic) -> None:
    """null: all topics; empty: none (from v1; v0 had no null)."""
    for version in {1, run.session.version("Metadata")}:
        everything = run.session.call(m.MetadataRequest(topics=None, allow_auto_topic_creation=False), version=version)
        assert isinstance(everything.response, m.MetadataResponse)
        names = [one.name for one in everything.response.topics]
        run.judge(
            topic.name in names,
            "null-not-all",
            expected=f"{topic.name} among the topics of Metadata v{version} for null",
            seen=f"{len(names)} topics: {names[:20]}",
            evidence=everything,
        )
        nothing = run.session.call(m.MetadataRequest(topics=[], allow_auto_topic_creation=False), version=version)
        assert isinstance(nothing.response, m.MetadataResponse)
        run.judge(
            not nothing.response.topics,
            "empty-not-none",
            expected=f"no topic from Metadata v{version} for an empty array",
            seen=f"{len(nothing.response.topics)} topics",
            evidence=nothing,
        )


def metadata_ids(run: Run, topic: Topic) -> None:
    """From v12 a topic may be asked for by its id alone."""
    version = run.session.version("Metadata", at_least=12)
    if not topic.has_id:
        run.not_observable(Reason.FEATURE_OFF, "the target shows no topic ids")
    for id, name, code in ((topic.topic_id, topic.name, 0), (UNKNOWN_ID, None, int(ErrorCode.UNKNOWN_TOPIC_ID))):
        ask = m.MetadataRequest([MetadataRequestTopic(topic_id=id, name=None)], allow_auto_topic_creation=False)
        exchange = run.session.call(ask, version=version)
        assert isinstance(exchange.response, m.MetadataResponse)
        seen = [(one.name, one.error_code) for one in exchange.response.topics]
        run.judge(
            seen == [(name, code)] if name is not None else [one for _, one in seen] == [code],
            "id-not-found" if name is not None else "unknown-id-code",
            expected=f"one topic with {error_name(code)} ({code}), name {name}, for the id {id.hex()}",
            seen=[f"name {one}, {error_name(other)} ({other})" for one, other in seen],
            evidence=exchange,
        )


def offset_fetch_arrays(run: Run, topic: Topic) -> None:
    """null: every partition with a committed offset; empty: none."""
    version = run.session.version("OffsetFetch", at_least=2, at_most=9)  # v10 has ids instead of names
    group = run.group()
    part = OffsetCommitRequestPartition(partition_index=0, committed_offset=7)
    commit = m.OffsetCommitRequest(group, topics=[OffsetCommitRequestTopic(topic.name, partitions=[part])])
    committed = run.session.call_coordinator(
        GROUP, group, commit, version=run.session.version("OffsetCommit", at_least=2, at_most=9)
    )
    assert isinstance(committed.response, m.OffsetCommitResponse)
    code = committed.response.topics[0].partitions[0].error_code
    if code != 0:
        run.not_observable(Reason.REFUSED, f"OffsetCommit: {error_name(code)}")
    for topics, expected, signature in ((None, [(topic.name, 0, 7)], "null-not-all"), ([], [], "empty-not-none")):
        if version >= 8:
            ask = m.OffsetFetchRequest(groups=[OffsetFetchRequestGroup(group, topics=topics)])
        else:
            ask = m.OffsetFetchRequest(group_id=group, topics=topics)
        exchange = run.session.call_coordinator(GROUP, group, ask, version=version)
        assert isinstance(exchange.response, m.OffsetFetchResponse)
        answered = exchange.response.groups[0].topics if version >= 8 else exchange.response.topics
        seen = [(one.name, part.partition_index, part.committed_offset) for one in answered for part in one.partitions]
        run.judge(
            seen == expected,
            signature,
            expected=f"{expected} for topics={topics} in OffsetFetch v{version}",
            seen=seen,
            evidence=[committed, exchange],
        )


def config_keys(run: Run, topic: Topic) -> None:
    """null: every setting of the resource."""
    version = run.session.version("DescribeConfigs")
    ask = m.DescribeConfigsRequest([DescribeConfigsResource(TOPIC_RESOURCE, topic.name, None)])
    exchange = run.session.call(ask, version=version)
    assert isinstance(exchange.response, m.DescribeConfigsResponse)
    names = [config.name for result in exchange.response.results for config in result.configs]
    run.judge(
        {"cleanup.policy", "retention.ms"} <= set(names),
        "null-not-all",
        expected=f"every setting of {topic.name}, cleanup.policy and retention.ms among them",
        seen=f"{len(names)} settings: {names[:20]}",
        evidence=exchange,
    )


def delete_topics_ids(run: Run, topic: Topic) -> None:
    """v6 takes a name or an id: not neither, and not an id that nobody has. Nothing is deleted here."""
    version = run.session.version("DeleteTopics", at_least=6)
    rows = [
        (DeleteTopicState(name=None), None, "neither-accepted"),
        (DeleteTopicState(name=None, topic_id=UNKNOWN_ID), ErrorCode.UNKNOWN_TOPIC_ID, "unknown-id-code"),
    ]
    run.session.metadata([])
    node = run.session.controller_id if run.session.controller_id >= 0 else None
    for state, wanted, signature in rows:
        ask = m.DeleteTopicsRequest(topics=[state], timeout_ms=5_000)
        try:
            exchange = run.session.call(ask, version=version, node=node)
        except NoAnswer as closed:
            if closed.exchange is None:
                raise
            run.judge(wanted is None, signature, expected=wanted, seen="a closed connection", evidence=closed.exchange)
            continue
        assert isinstance(exchange.response, m.DeleteTopicsResponse)
        codes = {one.error_code for one in exchange.response.responses}
        run.judge(
            codes == {wanted} if wanted is not None else bool(codes) and 0 not in codes,
            signature,
            expected="an error (Kafka: INVALID_REQUEST)" if wanted is None else f"{wanted.name} ({int(wanted)})",
            seen=[f"{error_name(code)} ({code})" for code in codes],
            evidence=exchange,
        )
    still = run.session.call(m.MetadataRequest(topics=None, allow_auto_topic_creation=False))
    assert isinstance(still.response, m.MetadataResponse)
    run.judge(
        topic.name in {one.name for one in still.response.topics},
        "neither-accepted",
        expected=f"{topic.name} still there",
        seen="it is gone",
        evidence=still,
    )


def data_ids(run: Run, topic: Topic) -> None:
    """Fetch and Produce v13 name topics by id alone."""
    if not topic.has_id:
        run.not_observable(Reason.FEATURE_OFF, "the target shows no topic ids")
    stranger = Topic(topic.name, UNKNOWN_ID)
    node = run.session.leader(topic)
    if run.versions.serves("Fetch", 13):
        fetch, _ = run.session.fetch_request(stranger, 0, version=13)
        exchange = run.session.call(fetch, version=13, node=node)
        assert isinstance(exchange.response, m.FetchResponse)
        codes = {part.error_code for one in exchange.response.responses for part in one.partitions}
        judge_unknown_id(run, codes | ({exchange.response.error_code} - {0}), exchange)
    if run.versions.serves("Produce", 13):
        produce, _ = run.session.produce_request(stranger, data_batch(run.name("value")), version=13)
        exchange = run.session.call(produce, version=13, node=node)
        judge_unknown_id(run, {run.session.produced(exchange).error_code}, exchange)


def judge_unknown_id(run: Run, codes: set[int], exchange: object) -> None:
    """Exactly UNKNOWN_TOPIC_ID."""
    run.judge(
        codes == {ErrorCode.UNKNOWN_TOPIC_ID},
        "unknown-id-code",
        expected=f"UNKNOWN_TOPIC_ID (100) for the id {UNKNOWN_ID.hex()}",
        seen=[f"{error_name(code)} ({code})" for code in sorted(codes)],
        evidence=exchange,  # type: ignore[arg-type] # an Exchange
    )
