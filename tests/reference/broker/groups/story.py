"""What a story is told with: connections by name, requests with what every one has, answers made comparable."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.messages import (
    DescribeGroupsRequest,
    HeartbeatRequest,
    JoinGroupRequest,
    OffsetCommitRequest,
    OffsetFetchRequest,
    SyncGroupRequest,
)
from nilometer_reference.wire.messages.join_group import JoinGroupRequestProtocol, JoinGroupResponse
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic
from nilometer_reference.wire.messages.offset_fetch import (
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from nilometer_reference.wire.messages.sync_group import SyncGroupRequestAssignment
from nilometer_reference.wire.uuids import ZERO_UUID

from .sides import Connection, Side

SESSION_MS = 6_000


class Story:
    """What a story is told with. Every answer is noted in `lines`; ids that a broker makes up get short names."""

    def __init__(self, side: Side, name: str) -> None:
        self._side = side
        self.group = f"group-of-{name}{side.unique}"
        side.expect_group(self.group)
        self.lines: list[str] = []
        self._names: dict[object, str] = {}
        self._connections: dict[str, Connection] = {}

    def at(self, who: str) -> Connection:
        """The connection of that client, opened at first use. Nothing is said on it yet."""
        if who not in self._connections:
            self._connections[who] = self._side.connect(who)
        return self._connections[who]

    def ask(self, request: Message, version: int, who: str = "a") -> Any:
        self.at(who).send(request, version)
        return self.answer(who)

    def answer(self, who: str = "a") -> Any:
        response = self.at(who).answer()
        self.lines.append(f"{who}: {self._show(response)}")
        return response

    def note(self, value: Any) -> None:
        """A part of an answer."""
        self.lines.append(self._show(value))

    def unseen(self, request: Message, version: int) -> Any:
        """Preparation: the answer is not part of the story."""
        connection = self.at("preparation")
        connection.send(request, version)
        return connection.answer()

    def topic(self, name: str, partitions: int = 1) -> bytes:
        """A new topic; answers its id. `name` is made unique to the story."""
        topic_id = self._side.create_topic(self.topic_name(name), partitions)
        self._names[topic_id] = f"<topic {len([one for one in self._names if isinstance(one, bytes)])}>"
        return topic_id

    def pause(self) -> None:
        """Somebody polls for what must come soon."""
        self._side.between_heartbeats()

    def called(self, name: str, data: bytes) -> bytes:
        """The same bytes, shown under that name from now on."""
        self._names[data] = name
        return data

    def delete(self, name: str) -> None:
        self._side.delete_topic(self.topic_name(name))

    def topic_name(self, name: str) -> str:
        return f"{self.group}.{name}"

    def _show(self, value: Any) -> str:
        if is_dataclass(value) and not isinstance(value, type):
            shown = [
                f"{each.name}={self._show_field(each.name, getattr(value, each.name))}"
                for each in fields(value)
                if getattr(value, each.name) != _default(each) and each.name != "throttle_time_ms"
            ]
            return f"{type(value).__name__}({', '.join(shown)})"
        if isinstance(value, list):
            return f"[{', '.join(sorted(self._show(each) for each in value))}]"  # no order is promised
        shown_value = repr(self._names.get(value, value)) if isinstance(value, str | bytes) else repr(value)
        return shown_value.replace(self._side.unique, "") if self._side.unique else shown_value

    def _show_field(self, name: str, value: Any) -> str:
        if name in ("node_id", "port") and value != -1:
            return f"<{name}>"
        if name == "error_message" and value != "NONE" and not str(value).startswith("Group "):
            return "<words>"
        if name in ("member_id", "leader") and value and value not in self._names:
            self._names[value] = f"<member {len([one for one in self._names if isinstance(one, str)])}>"
        return self._show(value)

    # Requests with what every one of them has

    def joining(self, member_id: str = "", *, instance: str | None = None, protocols: Any = None, **more: Any) -> Any:
        given = protocols if protocols is not None else {"range": subscription("t")}
        return JoinGroupRequest(**{
            "group_id": self.group, "session_timeout_ms": SESSION_MS, "rebalance_timeout_ms": SESSION_MS,
            "member_id": member_id, "group_instance_id": instance, "protocol_type": "consumer",
            "protocols": [JoinGroupRequestProtocol(name, metadata) for name, metadata in given.items()], **more,
        })  # fmt: skip

    def syncing(self, joined: JoinGroupResponse, assignment: dict[str, bytes] | None = None, **more: Any) -> Any:
        given = [SyncGroupRequestAssignment(member, data) for member, data in (assignment or {}).items()]
        return SyncGroupRequest(**{
            "group_id": self.group, "generation_id": joined.generation_id, "member_id": joined.member_id,
            "protocol_type": joined.protocol_type, "protocol_name": joined.protocol_name, "assignments": given, **more,
        })  # fmt: skip

    def beating(self, joined: JoinGroupResponse, **more: Any) -> HeartbeatRequest:
        given = {"group_id": self.group, "generation_id": joined.generation_id, "member_id": joined.member_id}
        return HeartbeatRequest(**{**given, **more})

    def committing(
        self, joined: JoinGroupResponse | None = None, topics: dict[str, list[Any]] | None = None, **more: Any
    ) -> OffsetCommitRequest:
        """`topics`: name -> partitions, given as (index, offset, leader epoch, metadata)."""
        members = {} if joined is None else {
            "generation_id_or_member_epoch": joined.generation_id, "member_id": joined.member_id,
        }  # fmt: skip
        wanted = []
        for name, given in ({"t": [(0, 5, 3, "note")]} if topics is None else topics).items():
            partitions = [OffsetCommitRequestPartition(*each) for each in given]
            wanted.append(OffsetCommitRequestTopic(self.topic_name(name), ZERO_UUID, partitions))
        return OffsetCommitRequest(**{"group_id": self.group, "topics": wanted, **members, **more})

    def fetching(self, topics: dict[str, list[int]] | None, **more: Any) -> OffsetFetchRequest:
        """Version 8 and 9."""
        wanted = None
        if topics is not None:
            wanted = [OffsetFetchRequestTopics(self.topic_name(name), ZERO_UUID, each) for name, each in topics.items()]
        return OffsetFetchRequest(groups=[OffsetFetchRequestGroup(self.group, None, -1, wanted)], **more)

    # Longer steps

    def first_member(self, who: str = "a", version: int = 9, **more: Any) -> Any:
        """A dynamic member joins by the two rounds of KIP-394."""
        asked = self.ask(self.joining(**more), version, who)
        return self.ask(self.joining(asked.member_id, **more), version, who)

    def stable(self, who: str = "a", **more: Any) -> Any:
        """A group of one, with an assignment."""
        joined = self.first_member(who, **more)
        self.ask(self.syncing(joined, {joined.member_id: b"assigned to " + who.encode()}), 5, who)
        return joined

    def second_member(self, first: Any, version: int = 9, **more: Any) -> tuple[Any, Any]:
        """ "b" joins the stable group of "a", which joins again; both answers."""
        asked = self.ask(self.joining(**more), version, "b")
        self.at("b").send(self.joining(asked.member_id, **more), version)
        self.until_rebalance(first)
        again = self.ask(self.joining(first.member_id), version, "a")
        return again, self.answer("b")

    def described_once_written(self, version: int) -> None:
        """Kafka tells of a group only what is committed, and answers a first JoinGroup before the new group is."""
        connection = self.at("a")
        for _ in range(100):
            connection.send(DescribeGroupsRequest([self.group]), version)
            response = connection.answer()
            if response.groups[0].group_state != "Dead":
                break
            self._side.between_heartbeats()
        self.lines.append(f"a: {self._show(response)}")

    def until_rebalance(self, joined: Any, who: str = "a") -> None:
        """Heartbeats until one says 27; how many it takes is not part of the story."""
        connection = self.at(who)
        for _ in range(1_000):
            connection.send(self.beating(joined), 4)
            response = connection.answer()
            if response.error_code:
                self.lines.append(f"{who}: {self._show(response)}")
                return
            self._side.between_heartbeats()
        raise AssertionError("no rebalance")


def _default(each: Field[Any]) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


def subscription(*topics: str, user_data: bytes | None = None) -> bytes:
    """A consumer's metadata, version 0."""
    names = b"".join(struct.pack(">h", len(name)) + name.encode() for name in topics)
    data = struct.pack(">i", -1) if user_data is None else struct.pack(">i", len(user_data)) + user_data
    return struct.pack(">hi", 0, len(topics)) + names + data


STORIES: dict[str, Callable[[Story], None]] = {}
SMALL_GROUP_STORIES: set[str] = set()
"""Those that are told to a broker with group.max.size=2."""


def story(tell: Callable[[Story], None]) -> Callable[[Story], None]:
    STORIES[_name(tell)] = tell
    return tell


def story_of_small_groups(tell: Callable[[Story], None]) -> Callable[[Story], None]:
    SMALL_GROUP_STORIES.add(_name(tell))
    return story(tell)


def _name(tell: Callable[[Story], None]) -> str:
    return tell.__name__.replace("_", "-")
