"""Runs of the reference broker are runs of the model of the classic group; runs with a mistake in them are not."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nilometer_models.validation.corrupt import corruptions
from nilometer_models.validation.events import Event
from nilometer_models.validation.frontier import validate
from nilometer_models.validation.readings.classic_group import parts
from nilometer_reference.wire.messages.heartbeat import HeartbeatRequest
from nilometer_reference.wire.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol
from nilometer_reference.wire.messages.leave_group import LeaveGroupRequest, MemberIdentity
from nilometer_reference.wire.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment
from tests.models.validation.readings.runs import recorded
from tests.reference.harness import Client, Harness

SESSION_MS, REBALANCE_MS = 10_000, 20_000
PROTOCOL = JoinGroupRequestProtocol("range", b"\x00\x00\x00\x00\x00\x01\x00\x01t\xff\xff\xff\xff")


class Consumer:
    """A member of the group `g`, driven request by request."""

    def __init__(self, cluster: Harness, instance: str | None = None) -> None:
        self.client: Client = cluster.client()
        self.instance = instance
        self.member_id = ""
        self.generation = -1
        self.roster: list[str] = []

    def ask_to_join(self) -> None:
        """JoinGroup, with an id of its own; its answer may have to wait."""
        for _ in range(2):
            request = JoinGroupRequest(
                "g", SESSION_MS, REBALANCE_MS, self.member_id, self.instance, "consumer", [PROTOCOL]
            )
            self.client.send(request, 9)
            if self.instance is not None or self.member_id or not self.client.has_answer:
                return
            self.member_id = self.client.answer().member_id

    def joined(self) -> None:
        """Take the answer."""
        answer = self.client.answer()
        assert answer.error_code == 0
        self.member_id, self.generation = answer.member_id, answer.generation_id
        self.roster = [member.member_id for member in answer.members]

    def ask_to_sync(self) -> None:
        assignments = [SyncGroupRequestAssignment(member, b"a") for member in self.roster]
        request = SyncGroupRequest(
            "g", self.generation, self.member_id, self.instance, "consumer", "range", assignments
        )
        self.client.send(request, 5)

    def leave(self) -> None:
        assert (
            self.client.ask(LeaveGroupRequest("g", members=[MemberIdentity(self.member_id, None)]), 5).error_code == 0
        )

    def heartbeat(self) -> int:
        code: int = self.client.ask(HeartbeatRequest("g", self.generation, self.member_id, self.instance), 4).error_code
        return code


class Story:
    """A recorded broker, and what its consumers do."""

    def __init__(self) -> None:
        self.cluster, self.recorder = recorded()

    def consumer(self, instance: str | None = None) -> Consumer:
        return Consumer(self.cluster, instance)

    def settle(self, *consumers: Consumer) -> None:
        """All of them join and sync."""
        for consumer in consumers:
            consumer.ask_to_join()
        self.finish(*consumers)

    def finish(self, *consumers: Consumer) -> None:
        """All of them have asked to join."""
        if not all(consumer.client.has_answer for consumer in consumers):
            self.cluster.advance(3_000)
        for consumer in consumers:
            consumer.joined()
        for consumer in consumers:
            consumer.ask_to_sync()
        for consumer in consumers:
            assert consumer.client.answer().error_code == 0

    @property
    def events(self) -> list[Event]:
        return self.recorder.events


def verdicts(events: list[Event]) -> list[str]:
    return [str(validate(part.reading, part.events)) for part in parts(events)]


def assert_accepted(events: list[Event]) -> None:
    found = verdicts(events)
    assert found
    assert all(verdict.startswith("accepted") for verdict in found), found


def two_members() -> Story:
    story = Story()
    first, second = story.consumer(), story.consumer()
    story.settle(first)
    second.ask_to_join()
    assert first.heartbeat() != 0
    first.ask_to_join()
    story.finish(first, second)
    second.leave()
    story.settle(first)
    first.leave()
    return story


def test_members_that_come_and_go_are_a_run_of_the_model() -> None:
    events = two_members().events
    states = [event.observed["state"] for event in events if event.name == "Group"]
    assert Counter(states)["Stable"] == 3
    assert_accepted(events)


def test_members_that_join_together_are_a_run_of_the_model() -> None:
    story = Story()
    story.settle(story.consumer(), story.consumer())
    assert_accepted(story.events)


def test_a_member_that_is_heard_of_no_more_is_a_run_of_the_model() -> None:
    story = Story()
    first, second = story.consumer(), story.consumer()
    story.settle(first, second)
    for _ in range(4):
        story.cluster.advance(SESSION_MS // 3)
        first.heartbeat()
    story.settle(first)
    assert_accepted(story.events)


def test_a_static_member_that_returns_is_a_run_of_the_model() -> None:
    story = Story()
    first, second = story.consumer("i"), story.consumer("j")
    story.settle(first, second)
    again = story.consumer("j")
    again.ask_to_join()
    again.joined()
    assert again.member_id != second.member_id
    assert_accepted(story.events)


def test_a_group_that_another_coordinator_loads_is_a_run_of_the_model() -> None:
    story = Story()
    first = story.consumer()
    story.settle(first)
    story.cluster.stop()
    story.cluster.restart()
    first.client = story.cluster.client()
    story.settle(first)
    assert any(event.args.get("is_loaded") for event in story.events)
    assert_accepted(story.events)


def observing(nth: int, **fields: Any) -> Callable[[list[Event]], None]:
    def change(events: list[Event]) -> None:
        at = [index for index, event in enumerate(events) if event.name == "Group"][nth]
        events[at] = replace(events[at], observed={**events[at].observed, **fields})

    return change


@pytest.mark.parametrize(
    "change",
    [
        observing(2, generation=0),  # a generation that does not count on
        observing(3, state="PreparingRebalance"),  # the leader's assignment changes nothing
        observing(4, members={}),  # the member that was there is lost when another one joins
        observing(3, leader=None),  # a stable group that nobody leads
    ],
)
def test_a_coordinator_that_does_otherwise_is_refused(change: Callable[[list[Event]], None]) -> None:
    events = two_members().events
    change(events)
    assert [verdict.split(" ")[0] for verdict in verdicts(events)] == ["refused"]


def test_corrupted_runs_are_refused() -> None:
    (part,) = parts(two_members().events)
    for kind, at, log in itertools.islice(corruptions(part.events, random.Random(5)), 40):
        # Without the event that tells of it a rebalance may have begun sooner; a generation must have been told of.
        if kind in ("alter", "swap") or part.events[at].observed["state"] == "CompletingRebalance":
            assert not validate(part.reading, log).accepted, (kind, part.events[at])
