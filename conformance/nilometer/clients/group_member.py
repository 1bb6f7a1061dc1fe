"""A raw member of a classic group: sends what it is told, when it is told.

    member = GroupMember(session, group)            dynamic; GroupMember(session, group, instance="a") is static
    member.join()                                   both rounds of KIP-394, alone in its group
    member.send_join(); …; member.joined()          where others have to join before it is answered
    member.sync({member.member_id: b"…"})           the leader's assignments; {} for the others
    member.heartbeat() -> (code, exchange)

Each member has a connection of its own, because JoinGroup and SyncGroup wait for others.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic, named
from nilometer.clients.raw import Connection
from nilometer.clients.session import COORDINATOR_ERRORS, GROUP, PAUSE_S, Session
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.join_group import JoinGroupRequestProtocol
from nilometer_reference.wire.messages.leave_group import MemberIdentity
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic
from nilometer_reference.wire.messages.sync_group import SyncGroupRequestAssignment

Protocols = Sequence[tuple[str, bytes]]

STATIC = 5
"""The first version of JoinGroup with a group instance id."""
MEMBER_ID_ROUND = 4
NAMED_TOPICS = 9
"""The last version of OffsetCommit that names topics."""
OPAQUE = "nilometer"
"""A protocol type of our own: what is called `consumer` must carry subscriptions that the broker can read."""
WAITS_S = 30.0
"""Longest wait for others to join."""


class GroupMember:
    """One member. After a join `member_id`, `generation_id` and `answer` are those of the last one."""

    def __init__(
        self, session: Session, group: str, *, instance: str | None = None, protocols: Protocols = (("range", b"m"),),
        protocol_type: str = OPAQUE, session_timeout_ms: int = 30_000, rebalance_timeout_ms: int = 30_000,
    ) -> None:  # fmt: skip
        self.session = session
        self.group = group
        self.instance = instance
        self.protocols = protocols
        self.protocol_type = protocol_type
        self.session_timeout_ms = session_timeout_ms
        self.rebalance_timeout_ms = rebalance_timeout_ms
        self.member_id = ""
        self.generation_id = -1
        self.answer: m.JoinGroupResponse | None = None
        self.exchanges: list[Exchange] = []
        """What it has sent, for evidence."""
        self._connection: Connection | None = None

    # Joining

    def send_join(self) -> Exchange:
        """JoinGroup is on its way; `joined` takes the answer."""
        version = self.session.version("JoinGroup", at_least=STATIC if self.instance is not None else 0)
        request = m.JoinGroupRequest(
            group_id=self.group, session_timeout_ms=self.session_timeout_ms,
            rebalance_timeout_ms=self.rebalance_timeout_ms, member_id=self.member_id,
            group_instance_id=self.instance, protocol_type=self.protocol_type,
            protocols=[JoinGroupRequestProtocol(name, metadata) for name, metadata in self.protocols],
        )  # fmt: skip
        return self._send(request, version)

    def ask_to_join(self) -> None:
        """JoinGroup is on its way, with the id round of KIP-394 behind it. Raises JoinRefused."""
        self.send_join()
        has_round = self.session.versions.serves("JoinGroup", MEMBER_ID_ROUND)
        if self.member_id or self.instance is not None or not has_round:
            return
        while True:
            response = self._receive(WAITS_S)
            assert isinstance(response, m.JoinGroupResponse)
            if response.error_code == ErrorCode.MEMBER_ID_REQUIRED:
                self.member_id = response.member_id
            elif response.error_code not in COORDINATOR_ERRORS:
                raise JoinRefused(self, "JoinGroup without a member id", response.error_code)
            self.send_join()
            if self.member_id:
                return

    def joined(self, within_s: float = WAITS_S) -> m.JoinGroupResponse:
        """The answer to the JoinGroup under way; after MEMBER_ID_REQUIRED (79) it joins again with the id it got."""
        while True:
            response = self._receive(within_s)
            assert isinstance(response, m.JoinGroupResponse)
            if response.error_code == ErrorCode.MEMBER_ID_REQUIRED and not self.member_id:
                self.member_id = response.member_id
            elif response.error_code not in COORDINATOR_ERRORS:
                break
            self.send_join()
        self.answer = response
        if response.error_code == 0:
            self.member_id, self.generation_id = response.member_id, response.generation_id
        return response

    def join(self, within_s: float = WAITS_S) -> m.JoinGroupResponse:
        """Join, alone or after everybody else has sent theirs. NotObservable if it is refused."""
        self.send_join()
        response = self.joined(within_s)
        if response.error_code != 0:
            raise NotObservable(Reason.REFUSED, f"JoinGroup: {named(response.error_code)}")
        return response

    @property
    def is_answered(self) -> bool:
        """Whether the answer to what is under way has come, or never will."""
        return self._connection is None or self._connection.has_news

    @property
    def leads(self) -> bool:
        """Whether it was told that it is the leader."""
        return self.answer is not None and self.answer.leader == self.member_id

    # Syncing

    def send_sync(self, assignments: Mapping[str, bytes] | None = None, generation_id: int | None = None) -> Exchange:
        """SyncGroup is on its way; `synced` takes the answer."""
        version = self.session.version("SyncGroup", at_least=3 if self.instance is not None else 0)
        request = m.SyncGroupRequest(
            group_id=self.group, generation_id=self.generation_id if generation_id is None else generation_id,
            member_id=self.member_id, group_instance_id=self.instance,
            assignments=[SyncGroupRequestAssignment(id, data) for id, data in (assignments or {}).items()],
        )  # fmt: skip
        if version >= 5:
            request.protocol_type = self.protocol_type
            request.protocol_name = None if self.answer is None else self.answer.protocol_name
        return self._send(request, version)

    def synced(self, within_s: float = WAITS_S) -> m.SyncGroupResponse:
        response = self._receive(within_s)
        assert isinstance(response, m.SyncGroupResponse)
        return response

    def sync(self, assignments: Mapping[str, bytes] | None = None) -> m.SyncGroupResponse:
        """Send and wait."""
        self.send_sync(assignments)
        return self.synced()

    # The rest of its life

    def heartbeat(self, *, generation_id: int | None = None, member_id: str | None = None) -> int:
        """Error code of one Heartbeat."""
        request = m.HeartbeatRequest(
            self.group, self.generation_id if generation_id is None else generation_id,
            self.member_id if member_id is None else member_id, self.instance,
        )  # fmt: skip
        return self._code(request, self.session.version("Heartbeat", at_least=3 if self.instance else 0))

    def commit(
        self, topic: Topic, offset: int, *, generation_id: int | None = None, member_id: str | None = None,
        metadata: str | None = "", partition: int = 0,
    ) -> int:  # fmt: skip
        """Error code of one partition's OffsetCommit."""
        part = OffsetCommitRequestPartition(partition, offset, committed_metadata=metadata)
        request = m.OffsetCommitRequest(
            self.group, self.generation_id if generation_id is None else generation_id,
            self.member_id if member_id is None else member_id, self.instance,
            topics=[OffsetCommitRequestTopic(name=topic.name, partitions=[part])],
        )  # fmt: skip
        version = self.session.version("OffsetCommit", at_least=7 if self.instance else 2, at_most=NAMED_TOPICS)
        response = self._ask(request, version)
        assert isinstance(response, m.OffsetCommitResponse)
        return response.topics[0].partitions[0].error_code

    def leave(self, *, by_instance: bool = False) -> int:
        """Error code of LeaveGroup: by member id, or by instance id alone as administrators do."""
        version = self.session.version("LeaveGroup", at_least=3 if by_instance else 0)
        request = m.LeaveGroupRequest(group_id=self.group)
        if version >= 3:
            request.members = [MemberIdentity("" if by_instance else self.member_id, self.instance)]
        else:
            request.member_id = self.member_id
        response = self._ask(request, version)
        assert isinstance(response, m.LeaveGroupResponse)
        return response.error_code or (response.members[0].error_code if response.members else 0)

    def close(self) -> None:
        """Its connection goes; its membership stays."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # Requests

    def _code(self, request: Message, version: int) -> int:
        return int(getattr(self._ask(request, version), "error_code", 0))

    def _ask(self, request: Message, version: int) -> Message:
        def ask() -> Message | None:
            self._send(request, version)
            response = self._receive(self.session.timeout_s)
            return None if getattr(response, "error_code", 0) in COORDINATOR_ERRORS else response

        return self.session.until(ask, f"the coordinator of {self.group} answers {type(request).__name__}")

    def _send(self, request: Message, version: int) -> Exchange:
        if self._connection is None or self._connection.closed:
            self._connection = self.session.open(self.session.coordinator(GROUP, self.group))
        exchange = self._connection.send(request, version)
        self.exchanges.append(exchange)
        return exchange

    def _receive(self, within_s: float) -> Message:
        assert self._connection is not None
        response = self._connection.receive(within_s).response
        assert response is not None
        return response


class JoinRefused(NotObservable):
    """A join or sync of a member was answered with an error."""

    def __init__(self, member: GroupMember, api: str, code: int) -> None:
        super().__init__(Reason.REFUSED, f"{api}: {named(code)}")
        self.member = member
        self.code = code

    @property
    def forgets_the_member(self) -> bool:
        """The broker says that it does not know a member id, and it has given that id itself."""
        return self.code == ErrorCode.UNKNOWN_MEMBER_ID and bool(self.member.member_id)


def assemble(members: Sequence[GroupMember]) -> GroupMember:
    """All are in one generation that awaits its assignment; the leader. Raises JoinRefused.

    Members that are in the group join again. Newcomers are let in one by one: a newcomer's join waits until the
    others have joined again, and they do when a heartbeat tells them of it.
    """
    present = [member for member in members if member.generation_id >= 0]
    newcomers = [member for member in members if member.generation_id < 0]
    if not present:
        present.append(newcomers.pop(0))
    if not newcomers or present[0].generation_id < 0:
        _join_all(present)
    for newcomer in newcomers:
        newcomer.ask_to_join()
        first = present[0]
        first.session.until(
            lambda first=first, newcomer=newcomer: (  # type: ignore[misc]
                newcomer.is_answered or first.heartbeat() == ErrorCode.REBALANCE_IN_PROGRESS or None
            ),
            f"a member of {first.group} is told that another one joins",
        )
        present.append(newcomer)
        _join_all(present, sent=newcomer)
    return next((member for member in members if member.leads), members[0])


def _join_all(members: Sequence[GroupMember], sent: GroupMember | None = None) -> None:
    waiting = list(members)
    if sent is not None and sent.is_answered:  # refused, as a rule: nobody else has joined yet
        waiting.remove(_joined(sent))
    for member in members:
        if member is not sent:
            member.ask_to_join()
    deadline = time.monotonic() + WAITS_S
    while waiting:
        # While one is refused the others may be kept waiting, so whoever is answered is looked at first.
        answered = next((member for member in waiting if member.is_answered), None)
        if answered is not None:
            waiting.remove(_joined(answered))
        elif time.monotonic() < deadline:
            time.sleep(PAUSE_S)
        else:
            _joined(waiting[0], within_s=0.0)


def _joined(member: GroupMember, within_s: float = WAITS_S) -> GroupMember:
    if (response := member.joined(within_s)).error_code != 0:
        raise JoinRefused(member, "JoinGroup", response.error_code)
    return member


def gather(members: Sequence[GroupMember], assignments: Mapping[int, bytes] | None = None) -> GroupMember:
    """`assemble`, then the leader assigns (by position in `members`) and all sync; the leader. Raises JoinRefused."""
    leader = assemble(members)
    given = {members[index].member_id: data for index, data in (assignments or {}).items()}
    for member in members:
        member.send_sync(given if member is leader else None)
    for member in members:
        if (answer := member.synced()).error_code != 0:
            raise JoinRefused(member, "SyncGroup", answer.error_code)
    return leader
