import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.groups.classic_group import ClassicGroup, GroupState
from nilometer_reference.broker.groups.group_records import (
    GroupLog,
    append_error,
    empty_group_record,
    group_record,
    group_tombstone,
    offset_key,
    offset_tombstone,
    offset_value,
    read_group,
    read_key,
    read_offset_value,
)
from nilometer_reference.broker.groups.members import Member
from nilometer_reference.broker.journal import partition_for
from nilometer_reference.wire.codec import encode
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.coordinator_records import (
    GroupMetadataKey,
    GroupMetadataValue,
    MemberMetadata,
    OffsetCommitKey,
    OffsetCommitValue,
)
from nilometer_reference.wire.primitives import MalformedMessage

from .memory_journal import MemoryJournal

SUBSCRIPTION = b"\0\0\0\0\0\x01\0\x01t\xff\xff\xff\xff"


# `__consumer_offsets` of Apache Kafka 4.3.1 after a join, an assignment, two commits, a leave and a deletion.
KAFKAS_GROUP_KEY = bytes.fromhex("0002000d67726f75702d6f662d64756d70")
KAFKAS_NEW_GROUP = bytes.fromhex("0003000000000000ffffffff000001a214ecf8a800000000")
KAFKAS_STABLE_GROUP = bytes.fromhex(
    "00030008636f6e73756d657200000001000572616e67650026612d62366536616438342d306637622d346565642d386263342d30303134"
    "6163633739313536000001a214ecf920000000010026612d62366536616438342d306637622d346565642d386263342d30303134616363"
    "3739313536ffff000161000a2f3132372e302e302e3100001770000017700000000d000000000001000174ffffffff0000000d61737369"
    "676e656420746f2061"
)
KAFKAS_EMPTY_GROUP = bytes.fromhex("00030008636f6e73756d657200000002ffffffff000001a214ecf94f00000000")
KAFKAS_OFFSET_KEY = bytes.fromhex("0001000d67726f75702d6f662d64756d70000f67726f75702d6f662d64756d702e7400000000")
KAFKAS_COMMIT = bytes.fromhex(
    "0004000000000000000500000003056e6f7465000001a214ecf9350100100f1d035f6bb747b1832d73e88cdbc479"
)
KAFKAS_COMMIT_WITH_RETENTION = bytes.fromhex("0001000000000000000500046e6f7465000001a214ecf945000001a21a135545")


def test_offsets_are_written_byte_for_byte_as_kafka_writes_them() -> None:
    assert offset_key("group-of-dump", "group-of-dump.t", 0) == KAFKAS_OFFSET_KEY
    assert offset_tombstone("group-of-dump", "group-of-dump.t", 0) == (KAFKAS_OFFSET_KEY, None)
    for data in (KAFKAS_COMMIT, KAFKAS_COMMIT_WITH_RETENTION):
        value = read_offset_value(data)
        assert (value.offset, value.metadata) == (5, "note")
        assert offset_value(value) == data
    assert read_offset_value(KAFKAS_COMMIT).leader_epoch == 3


def test_groups_are_written_byte_for_byte_as_kafka_writes_them() -> None:
    assert group_tombstone("group-of-dump") == (KAFKAS_GROUP_KEY, None)
    new = read_group("group-of-dump", KAFKAS_NEW_GROUP)
    assert empty_group_record("group-of-dump", new.state_changed_at_ms) == (KAFKAS_GROUP_KEY, KAFKAS_NEW_GROUP)
    for data in (KAFKAS_STABLE_GROUP, KAFKAS_EMPTY_GROUP):
        group = read_group("group-of-dump", data)
        assignments = {member.member_id: member.assignment for member in group.members.values()}
        written = group_record(group, group.members.values(), assignments, group.leader_id)
        assert written == (KAFKAS_GROUP_KEY, data)
    assert list(read_group("group-of-dump", KAFKAS_STABLE_GROUP).members) == ["a-b6e6ad84-0f7b-4eed-8bc4-0014acc79156"]


def test_a_commit_with_its_own_retention_is_written_in_the_version_that_has_it() -> None:
    value = OffsetCommitValue(offset=5, metadata="m", commit_timestamp=7, expire_timestamp=9)
    data = offset_value(value)
    assert data[:2] == b"\x00\x01"
    assert read_offset_value(data) == value


LONG = st.integers(0, 2**63 - 1)


@given(LONG, st.integers(-1, 2**31 - 1), st.text(max_size=20), LONG, st.binary(min_size=16, max_size=16))
def test_every_commit_is_read_as_it_was_written(
    offset: int, epoch: int, metadata: str, at_ms: int, topic_id: bytes
) -> None:
    value = OffsetCommitValue(offset, epoch, metadata, at_ms, -1, topic_id)
    assert read_offset_value(offset_value(value)) == value


@pytest.mark.parametrize("version", range(5))
def test_commits_of_every_version_are_read(version: int) -> None:
    data = encode(OffsetCommitValue(offset=5, metadata="m", commit_timestamp=7), version, struct.pack(">h", version))
    found = read_offset_value(data)
    assert (found.offset, found.metadata, found.leader_epoch, found.expire_timestamp) == (5, "m", -1, -1)


@pytest.mark.parametrize("record_type", [0, 1])
def test_old_and_new_keys_of_commits_are_read(record_type: int) -> None:
    data = encode(OffsetCommitKey("g", "t", 3), 0, struct.pack(">h", record_type))
    assert read_key(data) == OffsetCommitKey("g", "t", 3)


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\x03\0\x01g", b"\x7f\xff", b"\xff\xff"])
def test_keys_of_others_are_left_alone(data: bytes) -> None:
    assert read_key(data) is None


def test_a_key_of_a_group_is_read() -> None:
    assert read_key(group_tombstone("g")[0]) == GroupMetadataKey("g")


def a_group() -> ClassicGroup:
    group = ClassicGroup("g", state_changed_at_ms=7, generation_id=4)
    group.add(Member("m1", "i", "c1", "/h1", 60_000, 10_000, (("x", b"?"), ("range", SUBSCRIPTION))), "consumer")
    group.add(Member("m2", None, "c2", "/h2", 70_000, 20_000, (("range", SUBSCRIPTION),)), "consumer")
    group.protocol_name, group.leader_id = "range", "m2"
    return group


def test_a_group_is_read_as_it_was_written() -> None:
    group = a_group()
    key, value = group_record(group, group.members.values(), {"m1": b"one", "m2": b""}, "m2")
    assert read_key(key) == GroupMetadataKey("g")
    assert value is not None
    assert value[:2] == b"\x00\x03"
    found = read_group("g", value)
    assert found.state is GroupState.STABLE
    assert (found.generation_id, found.protocol_type, found.protocol_name) == (4, "consumer", "range")
    assert (found.leader_id, found.state_changed_at_ms) == ("m2", 7)
    assert found.static_members == {"i": "m1"}
    assert found.subscribed_topics == {"t"}
    assert list(found.members) == ["m1", "m2"]
    first = found.members["m1"]
    assert (first.client_id, first.client_host) == ("c1", "/h1")
    assert (first.rebalance_timeout_ms, first.session_timeout_ms) == (60_000, 10_000)
    assert (first.protocols, first.assignment) == ((("range", SUBSCRIPTION),), b"one")
    assert not first.is_new


def test_a_group_without_members_is_read_as_empty() -> None:
    _, value = group_record(a_group(), [], {}, None)
    assert value is not None
    found = read_group("g", value)
    assert found.state is GroupState.EMPTY
    assert (found.leader_id, found.protocol_type, found.generation_id) == (None, "consumer", 4)
    assert found.subscribed_topics == frozenset()


def test_a_group_that_nobody_has_joined_has_no_type() -> None:
    _, value = empty_group_record("g", 99)
    assert value is not None
    found = read_group("g", value)
    assert (found.protocol_type, found.protocol_name, found.generation_id) == (None, None, 0)
    assert found.state_changed_at_ms == 99
    assert found.subscribed_topics is None


@pytest.mark.parametrize("version", range(4))
def test_groups_of_every_version_are_read(version: int) -> None:
    """Version 0 has no rebalance timeout, before 2 there is no instant, before 3 no instance."""
    written = MemberMetadata("m", None, "c", "/h", -1, 10_000, SUBSCRIPTION, b"a")
    if version:
        written.rebalance_timeout = 60_000
    value = GroupMetadataValue("consumer", 2, "range", "m", 7 if version >= 2 else -1, [written])
    found = read_group("g", encode(value, version, struct.pack(">h", version)))
    assert found.members["m"].rebalance_timeout_ms == (60_000 if version else 10_000)
    assert found.state_changed_at_ms == (7 if version >= 2 else -1)


def written_member(member_id: str = "m", instance: str | None = None) -> MemberMetadata:
    return MemberMetadata(member_id, instance, "c", "/h", 1, 1, SUBSCRIPTION, b"")


@pytest.mark.parametrize(
    "value",
    [
        GroupMetadataValue("consumer", 1, "range", "m", 7, [written_member(), written_member()]),
        GroupMetadataValue("consumer", 1, "range", "m", 7, [written_member("m", "i"), written_member("n", "i")]),
        GroupMetadataValue("consumer", 1, None, "m", 7, [written_member()]),
        GroupMetadataValue("", 1, "range", "m", 7, [written_member()]),
        GroupMetadataValue("consumer", 1, "range", None, 7, [written_member()]),
        GroupMetadataValue("consumer", 1, "range", "other", 7, [written_member()]),
    ],
)
def test_a_group_that_contradicts_itself_is_refused(value: GroupMetadataValue) -> None:
    with pytest.raises(MalformedMessage):
        read_group("g", encode(value, 3, b"\x00\x03"))


@given(st.binary(max_size=80))
def test_bytes_that_are_no_value_are_refused_with_a_known_error(data: bytes) -> None:
    for prefix in (b"", b"\x00\x03", b"\x00\x04", b"\x7f\xff"):
        for read in (read_offset_value, lambda each: read_group("g", each)):
            try:
                read(prefix + data)
            except (ValueError, struct.error):
                continue


def test_a_group_is_kept_where_kafka_keeps_it() -> None:
    journal = MemoryJournal(50)
    log = GroupLog(journal)
    assert log.partition("group") == partition_for("group", 50) == 98629247 % 50
    log.append("group", [group_tombstone("group")], 7)
    assert [len(partition) for partition in journal.partitions].index(1) == 98629247 % 50


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.REQUEST_TIMED_OUT, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR),
        (ErrorCode.RECORD_LIST_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR),
        (ErrorCode.INVALID_FETCH_SIZE, ErrorCode.UNKNOWN_SERVER_ERROR),
        (ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_PRODUCER_EPOCH),
    ],
)
def test_errors_of_the_log_are_told_as_errors_of_the_coordinator(code: ErrorCode, told: ErrorCode) -> None:
    assert append_error(code) is told
    journal = MemoryJournal()
    journal.refuses = code
    with pytest.raises(KafkaError) as error:
        GroupLog(journal).append("g", [group_tombstone("g")], 7)
    assert error.value.code is told
