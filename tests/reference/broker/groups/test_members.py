import struct
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.groups.members import (
    Member,
    candidates,
    new_member_id,
    protocols_of,
    select_protocol,
    subscribed_topics,
)
from nilometer_reference.wire.codec import encode
from nilometer_reference.wire.messages.consumer_protocol import ConsumerProtocolSubscription
from nilometer_reference.wire.messages.join_group import JoinGroupRequestProtocol


def preferring(*protocols: str) -> Member:
    return Member("m", None, "c", "/h", 1, 1, tuple((name, name.encode()) for name in protocols))


def subscribed_to(metadata: bytes) -> Member:
    return Member("m", None, "c", "/h", 1, 1, (("range", metadata),))


@pytest.mark.parametrize(
    ("preferences", "chosen"),
    [
        ([["x"]], "x"),
        ([["x", "y"], ["y", "x"], ["y", "x"]], "y"),
        ([["x", "y"], ["z", "y"]], "y"),
        ([["x", "y", "z"], ["z", "y"]], "y"),
        ([["x", "y"], ["y", "x"]], "x"),  # a draw: the vote that came first
        ([["x", "x", "y"], ["y", "x"], ["y", "x"]], "y"),  # a name that stands twice counts once
    ],
)
def test_the_protocol_of_all_with_the_most_first_preferences_wins(preferences: list[list[str]], chosen: str) -> None:
    assert select_protocol([preferring(*each) for each in preferences]) == chosen


@given(
    st.lists(
        st.permutations(["a", "b", "c", "d"]).flatmap(lambda p: st.integers(1, 4).map(lambda n: p[:n])), min_size=1
    )
)
def test_what_is_chosen_is_supported_by_all_and_nothing_has_more_votes(preferences: list[list[str]]) -> None:
    common = set.intersection(*map(set, preferences))
    members = [preferring(*each) for each in preferences]
    assert candidates(members) == common
    if common:
        votes = [next(name for name in each if name in common) for each in preferences]
        chosen = select_protocol(members)
        assert chosen in common
        assert votes.count(chosen) == max(map(votes.count, votes))


def test_topics_of_every_version_of_a_subscription_are_read() -> None:
    for version in range(4):
        data = struct.pack(">h", version) + encode(ConsumerProtocolSubscription(topics=["t", "u"]), version)
        assert subscribed_topics([subscribed_to(data)], "range") == {"t", "u"}


def test_a_version_that_is_not_known_yet_is_read_as_the_first() -> None:
    data = struct.pack(">h", 99) + encode(ConsumerProtocolSubscription(topics=["t"]), 0) + b"more"
    assert subscribed_topics([subscribed_to(data)], "range") == {"t"}


def test_topics_are_those_of_all_members() -> None:
    one, two = (b"\0\0" + encode(ConsumerProtocolSubscription(topics=names), 0) for names in (["t"], ["t", "u"]))
    assert subscribed_topics([subscribed_to(one), subscribed_to(two)], "range") == {"t", "u"}
    assert subscribed_topics([], "range") == frozenset()


@pytest.mark.parametrize(
    "metadata", [b"", b"\0", b"\0\0", b"\0\0\0\0\0\x02\0\x01t", b"\0\0\xff\xff\xff\xff", b"\0\0\0\0\0\x01\0\x01\xff"]
)
def test_one_subscription_that_cannot_be_read_makes_the_topics_unknown(metadata: bytes) -> None:
    good = b"\0\0" + encode(ConsumerProtocolSubscription(topics=["t"]), 0)
    assert subscribed_topics([subscribed_to(good), subscribed_to(metadata)], "range") is None


@given(st.binary(max_size=60))
def test_no_subscription_does_harm(metadata: bytes) -> None:
    topics = subscribed_topics([subscribed_to(metadata)], "range")
    assert topics is None or all(isinstance(topic, str) for topic in topics)


def test_member_ids_begin_with_who_asks_and_end_with_a_random_uuid() -> None:
    member_id = new_member_id("my-client", lambda count: b"\xab" * count)
    assert member_id.startswith("my-client-")
    assert UUID(member_id.removeprefix("my-client-")).version == 4


def test_metadata_is_a_copy_and_found_by_name() -> None:
    buffer = bytearray(b"one")
    protocols = protocols_of([JoinGroupRequestProtocol("x", memoryview(buffer)), JoinGroupRequestProtocol("y", b"two")])
    buffer[:] = b"xxx"
    member = Member("m", None, "c", "/h", 1, 1, protocols)
    assert member.metadata("x") == b"one"
    assert member.metadata("y") == b"two"


def test_nobody_is_told_anything_who_does_not_wait() -> None:
    member = preferring("x")
    assert not member.keeps_its_session
    assert not member.is_static
