"""Stories about members: joining, assignments, heartbeats, static membership, leaving, descriptions."""

from __future__ import annotations

from typing import Any

from nilometer_reference.wire.messages import (
    DeleteGroupsRequest,
    DescribeGroupsRequest,
    FindCoordinatorRequest,
    LeaveGroupRequest,
    ListGroupsRequest,
)
from nilometer_reference.wire.messages.leave_group import MemberIdentity

from .story import Story, story, story_of_small_groups, subscription


@story
def coordinator_is_found_in_every_version(s: Story) -> None:
    for version in range(7):
        for key_type in (0, 1) if version else (0,):
            s.ask(FindCoordinatorRequest(s.group, key_type, [s.group, "", "x"]), version)
    for version in (1, 3, 4, 5, 6):
        s.ask(FindCoordinatorRequest(key="g", key_type=3, coordinator_keys=["g"]), version)
    s.ask(FindCoordinatorRequest(key="g", key_type=2), 3)
    for version in (4, 5, 6):
        s.ask(FindCoordinatorRequest(key_type=2, coordinator_keys=["not-a-share-key"]), version)


@story
def join_is_refused(s: Story) -> None:
    for version in (0, 4, 5, 6, 7, 9):
        s.ask(s.joining(session_timeout_ms=5_999), version)
        s.ask(s.joining("me", session_timeout_ms=1_800_001), version)
        s.ask(s.joining("me", group_id=""), version)
        s.ask(s.joining("me"), version)
        s.ask(s.joining("me", protocols={}), version)
    s.ask(s.joining(group_id="", session_timeout_ms=1), 9)


@story
def join_rounds_of_a_dynamic_member(s: Story) -> None:
    s.ask(s.joining(), 4)
    s.ask(s.joining(), 9)
    joined = s.first_member()
    s.ask(s.joining(joined.member_id, protocols={}), 9)
    s.ask(s.joining(joined.member_id, protocols={"other": b""}), 9)
    s.ask(s.joining(joined.member_id, protocol_type="connect"), 9)
    s.ask(s.joining(protocol_type="connect"), 9)
    s.ask(s.joining(protocol_type=""), 9)
    s.ask(s.joining("someone"), 9)
    s.ask(s.joining("someone", instance="i"), 9)
    s.ask(s.joining(joined.member_id, instance="i"), 9)
    s.ask(s.joining(joined.member_id), 9)


@story
def join_with_a_pending_id_and_an_instance(s: Story) -> None:
    asked = s.ask(s.joining(), 9)
    s.ask(s.joining(asked.member_id, instance="i"), 9)


@story
def join_in_version_0(s: Story) -> None:
    joined = s.ask(s.joining(), 0)
    s.ask(s.syncing(joined, {joined.member_id: b"x"}), 0)
    s.ask(s.beating(joined), 0)
    s.ask(DescribeGroupsRequest([s.group]), 0)
    s.ask(LeaveGroupRequest(s.group, joined.member_id), 0)
    s.ask(LeaveGroupRequest(s.group, joined.member_id), 1)
    s.ask(LeaveGroupRequest("", joined.member_id), 0)
    s.ask(LeaveGroupRequest("nobody's", joined.member_id), 2)


@story
def life_of_a_group(s: Story) -> None:
    joined = s.first_member()
    s.ask(s.beating(joined), 4)
    s.described_once_written(6)
    s.ask(s.joining(joined.member_id), 9)
    s.ask(s.syncing(joined, {joined.member_id: b"first", "stranger": b"x"}), 5)
    s.ask(s.beating(joined), 4)
    s.ask(DescribeGroupsRequest([s.group], include_authorized_operations=True), 6)
    s.ask(s.syncing(joined), 5)
    leader, follower = s.second_member(joined)
    s.ask(s.beating(joined), 4)
    s.ask(s.beating(follower), 4, "b")
    s.at("b").send(s.syncing(follower), 5)
    s.ask(s.syncing(leader, {leader.member_id: b"one", follower.member_id: b"two"}), 5)
    s.answer("b")
    s.ask(s.joining(follower.member_id), 9, "b")
    s.ask(s.syncing(follower), 5, "b")
    s.ask(DescribeGroupsRequest([s.group]), 6)
    s.ask(LeaveGroupRequest(s.group, members=[MemberIdentity(follower.member_id)]), 5, "b")
    s.ask(s.beating(follower), 4, "b")
    s.until_rebalance(leader)
    s.ask(s.joining(leader.member_id), 9)
    s.ask(LeaveGroupRequest(s.group, members=[MemberIdentity(leader.member_id)]), 5)
    s.ask(DescribeGroupsRequest([s.group]), 6)
    s.ask(s.joining(leader.member_id), 9)


@story
def requests_of_another_generation(s: Story) -> None:
    joined = s.stable()
    for generation in (-1, 0, 2):
        s.ask(s.beating(joined, generation_id=generation), 4)
        s.ask(s.syncing(joined, generation_id=generation), 5)
        s.ask(s.beating(joined, member_id="x", generation_id=generation), 4)
        s.ask(s.syncing(joined, member_id="x", generation_id=generation), 5)
    for changed in ({"group_id": ""}, {"group_id": "nobody's"}, {"member_id": ""}, {"group_instance_id": "i"}):
        s.ask(s.beating(joined, **changed), 4)
        s.ask(s.syncing(joined, **changed), 5)
    s.ask(s.syncing(joined, protocol_name="other"), 5)
    s.ask(s.syncing(joined, protocol_type="other"), 5)
    s.ask(s.syncing(joined, protocol_type=None), 5)
    s.ask(s.syncing(joined, protocol_name=None, group_id=""), 5)
    s.ask(s.syncing(joined, protocol_name="other", protocol_type=None), 4)


@story
def static_member_returns_to_a_stable_group(s: Story) -> None:
    joined = s.ask(s.joining(instance="i"), 9)
    s.ask(s.syncing(joined, {joined.member_id: b"mine"}, group_instance_id="i"), 5)
    again = s.ask(s.joining(instance="i"), 9, "b")
    s.ask(s.syncing(again, group_instance_id="i"), 5, "b")
    s.ask(s.beating(joined, group_instance_id="i"), 4)
    s.ask(s.beating(joined), 4)
    s.ask(s.syncing(joined, group_instance_id="i"), 5)
    s.ask(s.joining(joined.member_id, instance="i"), 9)
    s.ask(LeaveGroupRequest(s.group, members=[MemberIdentity(joined.member_id, "i")]), 5)
    older = s.ask(s.joining(instance="i"), 5, "c")
    s.ask(s.syncing(older, group_instance_id="i"), 3, "c")
    s.ask(s.joining(instance="i", protocols={"range": subscription("t"), "new": b""}), 9, "d")
    s.ask(DescribeGroupsRequest([s.group]), 6)
    s.ask(LeaveGroupRequest(s.group, members=[MemberIdentity("", "i"), MemberIdentity("", "i"), MemberIdentity("")]), 5)
    s.ask(DescribeGroupsRequest([s.group]), 6)


@story
def static_member_returns_while_the_assignment_is_awaited(s: Story) -> None:
    joined = s.ask(s.joining(instance="i"), 9)
    s.at("b").send(s.joining(instance="i"), 9)
    again = s.answer("b")
    s.ask(s.beating(joined, group_instance_id="i"), 4)
    s.ask(s.syncing(joined, {joined.member_id: b"x"}, group_instance_id="i"), 5)
    s.ask(s.syncing(again, {again.member_id: b"y"}, group_instance_id="i"), 5, "b")


@story
def static_member_returns_while_others_join(s: Story) -> None:
    leader = s.ask(s.joining(instance="i"), 9)
    s.ask(s.syncing(leader, {leader.member_id: b"x"}), 5)
    s.at("b").send(s.joining(instance="j"), 9)
    s.until_rebalance(leader)
    s.at("c").send(s.joining(instance="j"), 9)
    s.answer("b")
    s.ask(s.joining(leader.member_id, instance="i"), 9)
    s.answer("c")


@story
def leader_of_a_stable_group_rejoins(s: Story) -> None:
    joined = s.stable()
    again = s.ask(s.joining(joined.member_id), 9)
    s.ask(s.syncing(again, {}), 5)


@story
def protocol_is_elected(s: Story) -> None:
    first = s.first_member(protocols={"x": b"x1", "y": b"y1"})
    s.ask(s.syncing(first, {}), 5)
    asked = s.ask(s.joining(protocols={"y": b"y2", "z": b"z2"}), 9, "b")
    s.at("b").send(s.joining(asked.member_id, protocols={"y": b"y2", "z": b"z2"}), 9)
    s.until_rebalance(first)
    s.ask(s.joining(first.member_id, protocols={"x": b"x1", "y": b"y1"}), 9)
    s.answer("b")
    s.ask(s.joining(protocols={"z": b""}), 9, "c")


@story
def member_is_too_late_for_a_rebalance(s: Story) -> None:
    leader, follower = s.second_member(s.stable())
    s.at("b").send(s.syncing(follower), 5)
    s.ask(s.syncing(leader, {leader.member_id: b"one"}), 5)
    s.answer("b")
    again = s.ask(s.joining(leader.member_id), 9)  # "b" does not; the rebalance timeout passes
    s.ask(s.beating(follower), 4, "b")
    s.ask(s.syncing(again, {}), 5)


@story
def sync_waits_and_is_told_of_a_rebalance(s: Story) -> None:
    leader, follower = s.second_member(s.stable())
    s.at("b").send(s.syncing(follower), 5)
    s.at("c").send(s.joining(follower.member_id, protocols={"range": subscription("u")}), 9)
    s.answer("b")
    s.ask(s.syncing(leader, {}), 5)
    s.ask(s.joining(leader.member_id), 9)
    s.answer("c")


@story
def silent_member_is_removed(s: Story) -> None:
    leader, follower = s.second_member(s.stable())
    s.at("b").send(s.syncing(follower), 5)
    s.ask(s.syncing(leader, {}), 5)
    s.answer("b")
    s.until_rebalance(leader)  # "b" is silent for its session timeout
    s.ask(s.joining(leader.member_id), 9)
    s.ask(s.beating(follower), 4, "b")


@story
def groups_are_listed(s: Story) -> None:
    s.topic("t")
    joined = s.stable()
    s.unseen(s.committing(group_id="simple-" + s.group), 8)
    s.unseen(LeaveGroupRequest("unknown", members=[]), 5)

    def listed(version: int, **more: Any) -> None:
        response = s.unseen(ListGroupsRequest(**more), version)
        assert response.error_code == 0
        ours = [group for group in response.groups if s.group in group.group_id]
        s.note(ours)

    for version in range(6):
        listed(version)
    for states in (["Stable"], ["sTABLE "], ["Empty"], ["PreparingRebalance"], ["None"], ["Empty", "Stable"]):
        listed(4, states_filter=states)
        listed(5, states_filter=states, types_filter=["Classic"])
    for types in (["classic"], ["consumer"], ["Consumer", "CLASSIC"], ["what"], [""], ["classic "]):
        listed(5, types_filter=types)
    for version in range(7):
        s.ask(DescribeGroupsRequest([s.group, "simple-" + s.group, "unknown", ""]), version)
        s.ask(DescribeGroupsRequest([s.group, "unknown"], include_authorized_operations=True), version)
    s.ask(s.beating(joined), 4)


@story
def groups_are_deleted(s: Story) -> None:
    s.topic("t")
    joined = s.stable()
    s.ask(s.committing(joined), 9)
    for version in range(3):
        s.ask(DeleteGroupsRequest([s.group]), version)
    s.ask(DeleteGroupsRequest(["nobody's"]), 2)
    s.ask(DeleteGroupsRequest([""]), 2)
    s.ask(LeaveGroupRequest(s.group, members=[MemberIdentity(joined.member_id)]), 5)
    s.ask(DeleteGroupsRequest([s.group, s.group]), 2)
    s.ask(s.fetching(None), 9)
    s.ask(DescribeGroupsRequest([s.group]), 5)
    s.ask(DeleteGroupsRequest([s.group]), 2)
    s.ask(s.joining(), 9)
    s.described_once_written(5)


@story
def leaving_one_by_one_and_together(s: Story) -> None:
    s.ask(LeaveGroupRequest("", members=[MemberIdentity("m")]), 3)
    s.ask(LeaveGroupRequest("nobody's", members=[MemberIdentity("m", "i"), MemberIdentity("n")]), 3)
    leader, follower = s.second_member(s.stable())
    pending = s.ask(s.joining(), 9, "c")
    members = [MemberIdentity(each) for each in ("stranger", pending.member_id, follower.member_id, leader.member_id)]
    s.ask(LeaveGroupRequest(s.group, members=[*members, members[2]]), 5, "c")
    s.ask(DescribeGroupsRequest([s.group]), 6)
    s.ask(LeaveGroupRequest(s.group, members=[]), 5)


@story_of_small_groups
def stable_group_is_full(s: Story) -> None:
    leader, follower = s.second_member(s.stable())
    s.at("b").send(s.syncing(follower), 5)
    s.ask(s.syncing(leader, {}), 5)
    s.answer("b")
    s.ask(s.joining(), 9, "c")
    s.ask(s.joining(), 3, "c")
    s.ask(s.joining(instance="i"), 9, "c")
    s.ask(s.joining("stranger"), 9, "c")
    s.ask(s.joining(protocol_type="connect"), 9, "c")
    s.ask(s.joining(follower.member_id), 9, "b")
    s.at("a").send(s.joining(leader.member_id), 9)
    s.until_rebalance(follower, "b")
    s.at("c").send(s.joining(), 3)  # before "b" joins again, which is then one too many
    s.answer("c")
    s.answer("a")
    s.ask(s.joining(follower.member_id), 9, "b")


@story_of_small_groups
def preparing_group_is_full(s: Story) -> None:
    leader = s.first_member()
    second, third = s.ask(s.joining(), 9, "b"), s.ask(s.joining(), 9, "c")
    s.at("b").send(s.joining(second.member_id), 9)
    s.until_rebalance(leader)
    s.at("a").send(s.joining(leader.member_id), 9)
    s.pause()
    s.ask(s.joining(third.member_id), 9, "c")
    s.ask(LeaveGroupRequest(s.group, members=[MemberIdentity(third.member_id)]), 5, "c")
    s.answer("a")
    s.answer("b")


@story_of_small_groups
def static_member_returns_to_a_full_group(s: Story) -> None:
    leader = s.ask(s.joining(instance="i"), 9)
    s.ask(s.syncing(leader, {leader.member_id: b"x"}), 5)
    s.at("b").send(s.joining(instance="j"), 9)
    s.until_rebalance(leader)
    s.ask(s.joining(leader.member_id, instance="i"), 9)
    s.answer("b")
    s.ask(s.joining(instance="i"), 9, "c")
    s.ask(DescribeGroupsRequest([s.group]), 6, "d")
