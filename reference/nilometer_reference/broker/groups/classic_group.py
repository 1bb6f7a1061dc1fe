"""A classic group: one table of states, one leader and one protocol per generation.

    state                 PREPARE_REBALANCE      ALL_JOINED             ALL_LEFT   ASSIGNED   REMOVED
    Empty                 PreparingRebalance     -                      -          -          Dead
    PreparingRebalance    -                      CompletingRebalance    Empty      -          Dead
    CompletingRebalance   PreparingRebalance     -                      -          Stable     Dead
    Stable                PreparingRebalance     -                      -          -          Dead
    Dead                  -                      -                      -          -          -

A pair that has no next state is refused and changes nothing. A generation begins with ALL_JOINED or ALL_LEFT.

The coordinator writes a group down when its assignment is known, when it becomes empty, and when a static member
is replaced in a stable group; never in the middle of a rebalance. After a restart a group that was rebalancing is
back in its last written generation, as in Kafka, and its members are told ILLEGAL_GENERATION and join again.

Sources: `ClassicGroup.java`, `ClassicGroupState.java`; KIP-345, KIP-394, KIP-814.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum

from nilometer_reference.broker.timers import Timer
from nilometer_reference.wire.errors import ErrorCode, KafkaError

from .members import CONSUMER_PROTOCOL_TYPE, Member, candidates, select_protocol, subscribed_topics


class GroupState(Enum):
    """The values are what DescribeGroups and ListGroups print."""

    EMPTY = "Empty"
    PREPARING_REBALANCE = "PreparingRebalance"
    COMPLETING_REBALANCE = "CompletingRebalance"
    STABLE = "Stable"
    DEAD = "Dead"


class GroupEvent(Enum):
    PREPARE_REBALANCE = "a member came, went or changed"
    ALL_JOINED = "the join phase is over and there are members"
    ALL_LEFT = "the join phase is over and there is nobody"
    ASSIGNED = "the leader's assignment is written down"
    REMOVED = "the group is deleted"


TRANSITIONS: dict[tuple[GroupState, GroupEvent], GroupState] = {
    (GroupState.EMPTY, GroupEvent.PREPARE_REBALANCE): GroupState.PREPARING_REBALANCE,
    (GroupState.STABLE, GroupEvent.PREPARE_REBALANCE): GroupState.PREPARING_REBALANCE,
    (GroupState.COMPLETING_REBALANCE, GroupEvent.PREPARE_REBALANCE): GroupState.PREPARING_REBALANCE,
    (GroupState.PREPARING_REBALANCE, GroupEvent.ALL_JOINED): GroupState.COMPLETING_REBALANCE,
    (GroupState.PREPARING_REBALANCE, GroupEvent.ALL_LEFT): GroupState.EMPTY,
    (GroupState.COMPLETING_REBALANCE, GroupEvent.ASSIGNED): GroupState.STABLE,
    (GroupState.EMPTY, GroupEvent.REMOVED): GroupState.DEAD,
    (GroupState.PREPARING_REBALANCE, GroupEvent.REMOVED): GroupState.DEAD,
    (GroupState.COMPLETING_REBALANCE, GroupEvent.REMOVED): GroupState.DEAD,
    (GroupState.STABLE, GroupEvent.REMOVED): GroupState.DEAD,
}


class IllegalTransition(Exception):
    """An event that the state of the group does not admit; our mistake, never the peer's."""


@dataclass(slots=True)
class ClassicGroup:
    """`state_changed_at_ms` is the instant of the last transition, -1 if unknown (old records)."""

    group_id: str
    state: GroupState = GroupState.EMPTY
    previous_state: GroupState = GroupState.EMPTY
    state_changed_at_ms: int = -1
    generation_id: int = 0
    protocol_type: str | None = None
    protocol_name: str | None = None
    leader_id: str | None = None
    members: dict[str, Member] = field(default_factory=dict)
    static_members: dict[str, str] = field(default_factory=dict)  # group instance id -> member id
    pending_members: dict[str, Timer] = field(default_factory=dict)
    """Member ids handed out with MEMBER_ID_REQUIRED that have not joined yet, and when they lapse (KIP-394)."""
    pending_sync: set[str] = field(default_factory=set)
    subscribed_topics: frozenset[str] | None = None
    new_member_added: bool = False
    join_timer: Timer | None = None
    sync_timer: Timer | None = None

    # State

    def apply(self, event: GroupEvent, now_ms: int) -> None:
        """Move to the next state. Raises IllegalTransition and changes nothing if there is none."""
        next_state = TRANSITIONS.get((self.state, event))
        if next_state is None:
            raise IllegalTransition(f"group {self.group_id!r}: {event.name} in {self.state.value}")
        self.previous_state, self.state = self.state, next_state
        self.state_changed_at_ms = now_ms

    @property
    def can_rebalance(self) -> bool:
        return (self.state, GroupEvent.PREPARE_REBALANCE) in TRANSITIONS

    def begin_next_generation(self, now_ms: int) -> None:
        """Count the generation, choose its protocol, and go to CompletingRebalance, or to Empty without members."""
        self.generation_id += 1
        self.protocol_name = select_protocol(self.members.values()) if self.members else None
        self.update_subscribed_topics()
        self.apply(GroupEvent.ALL_JOINED if self.members else GroupEvent.ALL_LEFT, now_ms)
        self.pending_sync.clear()

    def update_subscribed_topics(self) -> None:
        """Known for the consumer protocol type only; empty without members, None if not readable."""
        if not self.is_consumer_type:
            self.subscribed_topics = None
        elif not self.members:
            self.subscribed_topics = frozenset()
        elif self.protocol_name is not None:
            self.subscribed_topics = subscribed_topics(self.members.values(), self.protocol_name)

    @property
    def is_consumer_type(self) -> bool:
        return self.protocol_type == CONSUMER_PROTOCOL_TYPE

    def is_subscribed(self, topic: str) -> bool:
        """A consumer group whose subscriptions cannot be read may be subscribed to anything."""
        return self.is_consumer_type if self.subscribed_topics is None else topic in self.subscribed_topics

    # Members

    def supports(self, protocol_type: str, names: Collection[str]) -> bool:
        """May a member with these protocols be in the group? (`supportsProtocols`)"""
        if self.state is GroupState.EMPTY:
            return bool(protocol_type) and bool(names)
        common = candidates(self.members.values()) if self.members else set(names)
        return self.protocol_type == protocol_type and not common.isdisjoint(names)

    def add(self, member: Member, protocol_type: str) -> None:
        assert member.group_instance_id not in self.static_members
        assert member.member_id not in self.members
        if not self.members:
            self.protocol_type = protocol_type
        assert self.protocol_type == protocol_type
        if self.leader_id is None:
            self.leader_id = member.member_id
        self.members[member.member_id] = member
        if member.group_instance_id is not None:
            self.static_members[member.group_instance_id] = member.member_id
        self.drop_pending(member.member_id)

    def remove(self, member_id: str) -> None:
        """Forget a member or a pending member id; the oldest of the others becomes leader if it led."""
        member = self.members.pop(member_id, None)
        if member is not None:
            member.cancel_session()
            if member.group_instance_id is not None:
                del self.static_members[member.group_instance_id]
        if self.leader_id == member_id:
            self.leader_id = next(iter(self.members), None)
        self.drop_pending(member_id)
        self.pending_sync.discard(member_id)

    def discard(self) -> None:
        """The group is gone: nothing of it waits any more."""
        assert all(member.join_reply is None and member.sync_reply is None for member in self.members.values())
        timers = [self.join_timer, self.sync_timer, *self.pending_members.values()]
        for timer in [*timers, *(member.session_timer for member in self.members.values())]:
            if timer is not None:
                timer.cancel()
        self.apply(GroupEvent.REMOVED, self.state_changed_at_ms)

    def drop_pending(self, member_id: str) -> None:
        timer = self.pending_members.pop(member_id, None)
        if timer is not None:
            timer.cancel()

    def replace_static(self, old_member_id: str, new_member: Member) -> None:
        """The same instance under a new member id, in the place of the old one; it inherits its leadership."""
        assert new_member.group_instance_id is not None
        assert self.static_members[new_member.group_instance_id] == old_member_id
        self.members.pop(old_member_id).cancel_session()
        self.members[new_member.member_id] = new_member
        self.static_members[new_member.group_instance_id] = new_member.member_id
        if self.leader_id == old_member_id:
            self.leader_id = new_member.member_id
        if old_member_id in self.pending_sync:
            self.pending_sync.remove(old_member_id)
            self.pending_sync.add(new_member.member_id)

    def elect_joined_leader(self) -> bool:
        """Keep the leader if it has joined, else take a member that has; False if nobody has."""
        joined = [member.member_id for member in self.members.values() if member.join_reply is not None]
        if joined and self.leader_id not in joined:
            self.leader_id = joined[0]
        return bool(joined)

    @property
    def awaiting_join_count(self) -> int:
        return sum(member.join_reply is not None for member in self.members.values())

    @property
    def has_all_members_joined(self) -> bool:
        return not self.pending_members and self.awaiting_join_count == len(self.members)

    @property
    def rebalance_timeout_ms(self) -> int:
        """The largest of the members' rebalance timeouts."""
        return max((member.rebalance_timeout_ms for member in self.members.values()), default=0)

    # Guards: each raises KafkaError and changes nothing

    def check_member(self, member_id: str, group_instance_id: str | None) -> Member:
        """UNKNOWN_MEMBER_ID (25), or FENCED_INSTANCE_ID (82) if the instance has another member id now."""
        if group_instance_id is not None:
            current = self.static_members.get(group_instance_id)
            if current is not None and current != member_id:
                raise KafkaError(
                    ErrorCode.FENCED_INSTANCE_ID, f"instance {group_instance_id!r} is {current!r}, not {member_id!r}"
                )
            if current is None:
                raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, f"no instance {group_instance_id!r}")
        member = self.members.get(member_id)
        if member is None:
            raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, f"{member_id!r} is not in group {self.group_id!r}")
        return member

    def check_generation(self, generation_id: int) -> None:
        if generation_id != self.generation_id:
            raise KafkaError(ErrorCode.ILLEGAL_GENERATION, f"{generation_id=}, the group is at {self.generation_id}")

    def check_commit(
        self, member_id: str, group_instance_id: str | None, generation_id: int, *, transactional: bool
    ) -> None:
        """Who may commit (`validateOffsetCommit`).

        Without group fields (generation -1): anybody while the group is empty; transactions of the older
        protocol always, for it has no such fields. During CompletingRebalance members have to wait (27),
        transactions not.
        """
        if generation_id < 0 and self.state is GroupState.EMPTY:
            return
        if generation_id >= 0 or member_id or group_instance_id is not None:
            self.check_member(member_id, group_instance_id)
            self.check_generation(generation_id)
        elif not transactional:
            raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, f"group {self.group_id!r} has members")
        if not transactional and self.state is GroupState.COMPLETING_REBALANCE:
            raise KafkaError(ErrorCode.REBALANCE_IN_PROGRESS, f"group {self.group_id!r} awaits its assignment")

    def check_offset_delete(self) -> None:
        if self.state is not GroupState.EMPTY and not self.is_consumer_type:
            raise KafkaError(ErrorCode.NON_EMPTY_GROUP, f"group {self.group_id!r} is {self.state.value}")

    def check_delete(self) -> None:
        if self.state is not GroupState.EMPTY:
            raise KafkaError(ErrorCode.NON_EMPTY_GROUP, f"group {self.group_id!r} is {self.state.value}")
