"""O8: OffsetDelete forgets what nobody needs, and refuses what an active group is subscribed to."""

from __future__ import annotations

from nilometer.clients.exchange import Exchange
from nilometer.clients.group_member import GroupMember
from nilometer.clients.observations import named
from nilometer.clients.session import GROUP
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS, committed
from nilometer.requirements.offsets._commits import OFFSETS, Commit, commit
from nilometer.run import Run
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import encode
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.consumer_protocol import ConsumerProtocolSubscription
from nilometer_reference.wire.messages.offset_delete import OffsetDeleteRequestPartition, OffsetDeleteRequestTopic


@requirement(
    id="O8",
    name="offsets.delete",
    level="MUST",
    sentence="OffsetDelete answers GROUP_SUBSCRIBED_TO_TOPIC (86) for topics that an active group is subscribed to, "
    "GROUP_ID_NOT_FOUND (69) for an unknown group, NON_EMPTY_GROUP (68) for active groups of another protocol type; "
    "otherwise the offset reads -1 afterwards",
    profiles=("groups", "admin"),
    sources=("KIP-496",),
    apis={**GROUPS, **OFFSETS, "OffsetDelete": 0},
    signatures={
        "wrong-answer": "OffsetDelete was answered otherwise than the group and its subscription demand",
        "not-deleted": "a deleted offset is still there",
        "deleted-all-the-same": "a refused OffsetDelete took the offset away",
    },
)
def check(run: Run) -> None:
    """An unknown group; an active consumer group; an active group of another type; an empty one."""
    subscribed, other = run.topic(), run.topic()
    expect(run, run.name("unknown-group"), other.name, ErrorCode.GROUP_ID_NOT_FOUND)
    group = run.group()
    for topic in (subscribed, other):
        commit(run.session, group, Commit(topic.name, 3))
    metadata = b"\0\1" + encode(ConsumerProtocolSubscription(topics=[subscribed.name]), 1)
    member = GroupMember(run.actor(), group, protocol_type="consumer", protocols=[("range", metadata)])
    member.join()
    member.sync({member.member_id: b""})
    expect(run, group, subscribed.name, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC)
    found = committed(run.session, group, subscribed)
    run.judge(found.offset == 3, "deleted-all-the-same", expected="offset 3", seen=found, evidence=found.exchange)
    deleted = expect(run, group, other.name, ErrorCode.NONE)
    found = committed(run.session, group, other)
    run.judge(found.offset == -1, "not-deleted", expected="offset -1", seen=found, evidence=[deleted, found.exchange])
    member.leave()
    deleted = expect(run, group, subscribed.name, ErrorCode.NONE)
    found = committed(run.session, group, subscribed)
    run.judge(found.offset == -1, "not-deleted", expected="offset -1", seen=found, evidence=[deleted, found.exchange])
    connect = GroupMember(run.actor(), run.group(), protocol_type="connect")
    connect.join()
    connect.sync({connect.member_id: b""})
    expect(run, connect.group, other.name, ErrorCode.NON_EMPTY_GROUP)
    connect.leave()


def expect(run: Run, group: str, topic: str, wanted: ErrorCode) -> Exchange:
    """One OffsetDelete of partition 0; the code of the request, or else of the partition."""
    request = m.OffsetDeleteRequest(group, [OffsetDeleteRequestTopic(topic, [OffsetDeleteRequestPartition(0)])])
    exchange = run.session.call_coordinator(GROUP, group, request)
    response = exchange.response
    assert isinstance(response, m.OffsetDeleteResponse)
    code = response.error_code or response.topics[0].partitions[0].error_code
    run.judge(code == wanted, "wrong-answer", expected=named(wanted), seen=named(code), evidence=exchange)
    return exchange
