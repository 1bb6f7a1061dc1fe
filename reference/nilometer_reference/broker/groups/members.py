"""One member of a classic group: what it can do, what it was assigned, and which of its requests wait.

    dynamic    member id `<client id>-<uuid>`      gone when it leaves or its session ends
    static     member id `<instance id>-<uuid>`    keeps its place over restarts (KIP-345)

Source: `ClassicGroupMember.java`.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from nilometer_reference.broker.timers import Timer
from nilometer_reference.wire.codec import decode
from nilometer_reference.wire.messages.consumer_protocol import ConsumerProtocolSubscription
from nilometer_reference.wire.messages.join_group import JoinGroupRequestProtocol, JoinGroupResponse
from nilometer_reference.wire.messages.sync_group import SyncGroupResponse
from nilometer_reference.wire.primitives import MalformedMessage

from .reply import Reply

Protocols = tuple[tuple[str, bytes], ...]
"""(name, metadata) in the member's order of preference; the bytes are opaque to the broker."""

UNKNOWN_MEMBER_ID = ""
CONSUMER_PROTOCOL_TYPE = "consumer"


@dataclass(slots=True)
class Member:
    """`is_new` until its first join is answered: only then do waiting requests keep its session alive."""

    member_id: str
    group_instance_id: str | None
    client_id: str
    client_host: str
    rebalance_timeout_ms: int
    session_timeout_ms: int
    protocols: Protocols
    assignment: bytes = b""
    is_new: bool = False
    join_reply: Reply[JoinGroupResponse] | None = None
    sync_reply: Reply[SyncGroupResponse] | None = None
    session_timer: Timer | None = None

    @property
    def is_static(self) -> bool:
        return self.group_instance_id is not None

    @property
    def keeps_its_session(self) -> bool:
        """A request that waits at the broker stands for heartbeats (`hasSatisfiedHeartbeat`)."""
        return not self.is_new and (self.join_reply is not None or self.sync_reply is not None)

    def metadata(self, protocol_name: str) -> bytes:
        return next(metadata for name, metadata in self.protocols if name == protocol_name)

    def vote(self, candidates: Collection[str]) -> str:
        """Its first preference among the candidates; every member supports each of them."""
        return next(name for name, _ in self.protocols if name in candidates)

    def cancel_session(self) -> None:
        if self.session_timer is not None:
            self.session_timer.cancel()

    def answer_join(self, response: JoinGroupResponse) -> None:
        """Answer the waiting JoinGroup, if there is one."""
        reply, self.join_reply = self.join_reply, None
        if reply is not None:
            reply.answer(response)

    def answer_sync(self, response: SyncGroupResponse) -> bool:
        """Answer the waiting SyncGroup; False if there is none."""
        reply, self.sync_reply = self.sync_reply, None
        if reply is not None:
            reply.answer(response)
        return reply is not None


def protocols_of(requested: Iterable[JoinGroupRequestProtocol]) -> Protocols:
    return tuple((protocol.name, bytes(protocol.metadata)) for protocol in requested)


def new_member_id(prefix: str, chance: Callable[[int], bytes]) -> str:
    """`<client id or instance id>-<random uuid>` (`ClassicGroup.generateMemberId`)."""
    return f"{prefix}-{UUID(bytes=chance(16), version=4)}"


def candidates(members: Collection[Member]) -> set[str]:
    """The protocols that every member supports."""
    supported = Counter(name for member in members for name in {name for name, _ in member.protocols})
    return {name for name, count in supported.items() if count == len(members)}


def select_protocol(members: Collection[Member]) -> str:
    """The protocol with most first preferences among those that all support; of equals the one voted for first."""
    common = candidates(members)
    return Counter(member.vote(common) for member in members).most_common(1)[0][0]


def subscribed_topics(members: Iterable[Member], protocol_name: str) -> frozenset[str] | None:
    """Topics in the members' subscriptions (consumer protocol type only); None if one of them cannot be read.

    Read as version 0, the prefix of every version of ConsumerProtocolSubscription.
    """
    topics: set[str] = set()
    try:
        for member in members:
            metadata = member.metadata(protocol_name)
            struct.unpack_from(">h", metadata)
            topics.update(decode(ConsumerProtocolSubscription, metadata, 0, 2).topics)
    except (MalformedMessage, struct.error):
        return None
    return frozenset(topics)
