"""A8: one coordinator a key, and only that one acts."""

from __future__ import annotations

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import COORDINATOR_ERRORS, GROUP, TRANSACTION
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode, error_name
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic

KEYS = 6


@requirement(
    id="A8",
    name="admin.coordinator_unique",
    level="MUST",
    sentence="In a quiet state all brokers name the same coordinator for a key; a broker that is not the coordinator "
    "answers NOT_COORDINATOR (16) and has no effect",
    profiles=("groups", "eos"),
    sources=("KIP-699", "Kafka group protocol"),
    apis={"FindCoordinator": 1},
    signatures={
        "brokers-disagree": "two brokers named different coordinators for a key and went on doing so",
        "answer-changes": "the same broker named different coordinators for a key in a quiet state",
        "batch-disagrees": "FindCoordinator of several keys names other coordinators than one by one",
        "not-listed": "the coordinator is a node that Metadata does not list, or at another address",
        "acts-without-office": "a broker that is not the coordinator did not answer NOT_COORDINATOR",
        "effect-without-office": "a request to a broker that is not the coordinator had an effect",
    },
)
def check(run: Run) -> None:
    """Groups and transactional ids, asked of every node, twice; then the wrong node."""
    for key_type, what in ((GROUP, "group"), (TRANSACTION, "transactional-id")):
        keys = [run.group() if key_type == GROUP else run.name(what) for _ in range(KEYS)]
        try:
            office = {key: run.session.coordinator(key_type, key) for key in keys}
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
            continue
        for key, coordinator in office.items():
            agreed(run, key_type, key, coordinator)
        in_one_request(run, key_type, office)
        if key_type == GROUP:
            topic = run.topic()
            for key, coordinator in office.items():
                if coordinator in run.subject.nodes:
                    wrong_node(run, key, coordinator, topic)


def find(run: Run, key_type: int, keys: list[str], node: int) -> tuple[Exchange, dict[str, tuple[int, int, str]]]:
    """What one node says: key to (error code, coordinator, address)."""
    version = run.session.version("FindCoordinator", at_least=4 if len(keys) > 1 else 1)
    ask = m.FindCoordinatorRequest(key_type=key_type)
    if version >= 4:
        ask.coordinator_keys = keys
    else:
        ask.key = keys[0]
    exchange = run.session.call(ask, version=version, node=node)
    response = exchange.response
    assert isinstance(response, m.FindCoordinatorResponse)
    if version >= 4:
        return exchange, {
            one.key: (one.error_code, one.node_id, f"{one.host}:{one.port}") for one in response.coordinators
        }
    return exchange, {keys[0]: (response.error_code, response.node_id, f"{response.host}:{response.port}")}


def agreed(run: Run, key_type: int, key: str, coordinator: int) -> None:
    """Every node names it, within T; and it is a node of Metadata, at its address there."""
    listed = run.subject.nodes.get(coordinator)
    where = f"node {coordinator} at {listed[0]}:{listed[1]}" if listed else f"a node of {sorted(run.subject.nodes)}"
    for node in sorted(run.subject.nodes):
        for _ in range(2):
            seen: list[tuple[Exchange, tuple[int, int, str]]] = []

            def look(node: int = node, seen: list[tuple[Exchange, tuple[int, int, str]]] = seen) -> bool | None:
                exchange, answers = find(run, key_type, [key], node)
                seen.append((exchange, answers[key]))
                return True if answers[key][:2] == (0, coordinator) else None

            try:
                run.session.until(look, f"node {node} names {coordinator}", within_s=run.liveness_s)
            except NotObservable:
                exchange, (code, other, _) = seen[-1]
                run.violated(
                    "answer-changes" if len(run.subject.nodes) == 1 else "brokers-disagree",
                    expected=f"node {coordinator} as coordinator of {key}, from node {node}",
                    seen=f"node {other}, {error_name(code)} ({code})",
                    evidence=exchange,
                )
                continue
            exchange, (_, _, address) = seen[-1]
            run.judge(
                listed is not None and address == f"{listed[0]}:{listed[1]}",
                "not-listed",
                expected=f"{where}, as in Metadata",
                seen=f"node {coordinator} at {address}",
                evidence=exchange,
            )


def in_one_request(run: Run, key_type: int, office: dict[str, int]) -> None:
    """All keys at once (KIP-699), from any node."""
    try:
        exchange, answers = find(run, key_type, list(office), min(run.subject.nodes))
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
        return
    seen = {key: node for key, (code, node, _) in answers.items() if code == 0}
    run.judge(seen == office, "batch-disagrees", expected=office, seen=seen, evidence=exchange)


def wrong_node(run: Run, group: str, coordinator: int, topic: Topic) -> None:
    """OffsetCommit and Heartbeat to every other node."""
    others = sorted(set(run.subject.nodes) - {coordinator})
    if not others:
        run.skip(Reason.SINGLE_BROKER, "there is no broker that is not the coordinator")
        return
    part = OffsetCommitRequestPartition(partition_index=0, committed_offset=7)
    topics = [OffsetCommitRequestTopic(topic.name, partitions=[part])]
    for node in others:
        heartbeat = run.session.call(m.HeartbeatRequest(group, 0, "nobody"), node=node)
        assert isinstance(heartbeat.response, m.HeartbeatResponse)
        refused(run, heartbeat, [heartbeat.response.error_code], node, coordinator)
        version = run.session.version("OffsetCommit", at_least=2, at_most=9)
        commit = run.session.call(m.OffsetCommitRequest(group, topics=topics), version=version, node=node)
        assert isinstance(commit.response, m.OffsetCommitResponse)
        codes = [part.error_code for topic in commit.response.topics for part in topic.partitions]
        refused(run, commit, codes, node, coordinator)


def refused(run: Run, exchange: Exchange, codes: list[int], node: int, coordinator: int) -> None:
    """NOT_COORDINATOR, and nothing else; a node that is not ready yet is no instance."""
    if set(codes) & (COORDINATOR_ERRORS - {ErrorCode.NOT_COORDINATOR}):
        return
    run.judge(
        bool(codes) and set(codes) == {ErrorCode.NOT_COORDINATOR},
        "effect-without-office" if 0 in codes else "acts-without-office",
        expected=f"NOT_COORDINATOR (16) from node {node}, the coordinator is {coordinator}",
        seen=[f"{error_name(code)} ({code})" for code in codes],
        evidence=exchange,
    )
