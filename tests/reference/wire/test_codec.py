"""Every (message, version): there and back with any values; only MalformedMessage comes of bad bytes."""

from __future__ import annotations

import gc
import tracemalloc
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nilometer_reference.wire import codec, messages
from nilometer_reference.wire.chunks import RecordChunks
from nilometer_reference.wire.messages import (
    ApiVersionsRequest,
    ApiVersionsResponse,
    ConsumerProtocolSubscription,
    FetchRequest,
    FetchResponse,
    MetadataRequest,
    MetadataResponse,
    OffsetFetchResponse,
    ProduceRequest,
    RequestHeader,
)
from nilometer_reference.wire.messages.fetch import FetchableTopicResponse, PartitionData
from nilometer_reference.wire.messages.metadata import MetadataResponseTopic
from nilometer_reference.wire.messages.produce import PartitionProduceData, TopicProduceData
from nilometer_reference.wire.primitives import MalformedMessage
from nilometer_reference.wire.table import Message
from tests.reference.wire.sample_messages import Sampler, all_messages, pairs

MESSAGES = {message.name: message for message in all_messages()}
by_name = pytest.mark.parametrize("name", MESSAGES)


def versions(message: Message) -> range:
    return range(message.versions.lowest, message.versions.highest + 1)


def bytes_of_records(value: Any) -> Any:
    """Record sets come back as views; compare them as bytes."""
    if isinstance(value, memoryview):
        return bytes(value)
    return value


def assert_same(ours: Any, theirs: Any) -> None:
    assert type(ours) is type(theirs)
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other)
    elif hasattr(ours, "unknown_tags"):
        for name in type(ours).__dataclass_fields__:
            one, other = getattr(ours, name), getattr(theirs, name)
            assert_same(bytes_of_records(one), bytes_of_records(other))
    else:
        assert ours == theirs


@by_name
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_every_version_of_every_message_comes_back_as_it_was(name: str, random: Random) -> None:
    message = MESSAGES[name]
    for version in versions(message):
        sample = Sampler(random, elements_max=2, unknown_tags=True).message(message, version)
        encoded = codec.encode(sample, version)
        for buffer in (encoded, memoryview(encoded), bytearray(encoded)):
            decoded, end = codec.decode_from(type(sample), buffer, version)
            assert end == len(encoded)
        assert_same(sample, codec.decode(type(sample), encoded, version))
        assert codec.encode(decoded, version) == encoded


@by_name
def test_a_message_of_defaults_comes_back_as_it_was(name: str) -> None:
    message_class = getattr(messages, name)
    for version in versions(MESSAGES[name]):
        nothing = message_class()
        try:
            encoded = codec.encode(nothing, version)
        except (AttributeError, TypeError):
            pytest.fail(f"{name} v{version}: its default cannot be written")
        assert codec.decode(message_class, encoded, version) == nothing


def test_there_are_as_many_pairs_as_kafka_has() -> None:
    assert len(pairs()) > 600


# ------------------------------------------------------------------ tagged fields


def test_an_unknown_tagged_field_is_kept_in_order_and_sent_on() -> None:
    request = ApiVersionsRequest(client_software_name="x", unknown_tags={9: b"nine", 300: b"", 7: b"seven"})
    encoded = codec.encode(request, 3)
    assert encoded.endswith(b"\x03\x07\x05seven\x09\x04nine\xac\x02\x00")
    decoded = codec.decode(ApiVersionsRequest, encoded, 3)
    assert decoded.unknown_tags == {7: b"seven", 9: b"nine", 300: b""}
    assert codec.encode(decoded, 3) == encoded


def test_known_and_unknown_tags_stand_in_one_ascending_order() -> None:
    response = ApiVersionsResponse(finalized_features_epoch=5, zk_migration_ready=True, unknown_tags={100: b"!"})
    encoded = codec.encode(response, 3)
    assert encoded.endswith(b"\x03\x01\x08\0\0\0\0\0\0\0\x05\x03\x01\x01\x64\x01!")


def test_a_tagged_field_at_its_default_takes_no_byte() -> None:
    plain = FetchRequest(max_wait_ms=1)
    explicit = FetchRequest(max_wait_ms=1, cluster_id=None, unknown_tags={})
    assert codec.encode(plain, 18) == codec.encode(explicit, 18)
    assert len(codec.encode(FetchRequest(cluster_id=""), 18)) == len(codec.encode(FetchRequest(), 18)) + 3


def test_tags_do_not_exist_before_the_flexible_versions() -> None:
    assert codec.encode(FetchRequest(unknown_tags={1: b"x"}), 11) == codec.encode(FetchRequest(), 11)


def test_a_tag_longer_than_the_message_is_refused() -> None:
    body = codec.encode(ApiVersionsRequest(), 3)[:-1]
    with pytest.raises(MalformedMessage):
        codec.decode(ApiVersionsRequest, body + b"\x01\x63\x7f", 3)


# ------------------------------------------------------------------ nulls, versions, edges


def test_null_and_empty_are_different_where_null_is_allowed() -> None:
    for version, null, empty in [(12, b"\x00", b"\x01"), (8, b"\xff\xff\xff\xff", b"\0\0\0\0")]:
        assert codec.encode(MetadataRequest(topics=None), version).startswith(null)
        assert codec.encode(MetadataRequest(topics=[]), version).startswith(empty)


@pytest.mark.parametrize(("version", "null"), [(4, b"\0\0\0\0" + b"\xff\xff\xff\xff"), (12, bytes(11) + b"\x00")])
def test_null_where_the_protocol_has_none_is_refused(version: int, null: bytes) -> None:
    whole = codec.encode(FetchResponse(), version)
    assert codec.decode(FetchResponse, whole, version).responses == []
    with pytest.raises(MalformedMessage, match="null"):
        codec.decode(FetchResponse, null[: len(null)] + b"\x00", version)


@pytest.mark.parametrize("length", [b"\xff\xfe", b"\x80\x00"])
def test_a_negative_length_other_than_null_is_refused(length: bytes) -> None:
    with pytest.raises(MalformedMessage, match="length of -"):
        codec.decode(RequestHeader, bytes(8) + length, 1)


def test_the_client_id_of_a_flexible_header_is_an_old_string() -> None:
    header = RequestHeader(request_api_key=18, request_api_version=4, correlation_id=1, client_id="ab")
    assert codec.encode(header, 2) == b"\0\x12\0\x04\0\0\0\x01\0\x02ab\0"


def test_a_version_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(codec.UnsupportedMessageVersion, match="FetchRequest has versions 4-18, not 3"):
        codec.encode(FetchRequest(), 3)
    with pytest.raises(codec.UnsupportedMessageVersion, match="not 19"):
        codec.decode(FetchRequest, b"", 19)


def test_bytes_after_the_message_are_left_alone() -> None:
    encoded = codec.encode(ApiVersionsRequest(), 3)
    assert codec.decode_from(ApiVersionsRequest, b"??" + encoded + b"rest", 3, 2)[1] == 2 + len(encoded)


@pytest.mark.parametrize("version", [8, 9])
def test_a_string_longer_than_kafka_allows_is_not_written(version: int) -> None:
    fits = MetadataResponse(cluster_id="x" * 32767)
    assert codec.decode(MetadataResponse, codec.encode(fits, version), version) == fits
    with pytest.raises(ValueError, match="32767"):
        codec.encode(MetadataResponse(cluster_id="x" * 32768), version)


def test_a_nullable_struct_costs_one_byte_when_null() -> None:
    request = messages.DescribeTopicPartitionsRequest()
    assert request.cursor is None
    assert codec.encode(request, 0)[-2:] == b"\xff\x00"


# ------------------------------------------------------------------ record sets


@pytest.mark.parametrize("version", [8, 9])
@pytest.mark.parametrize("size", [0, 4096, 4097, 100_000])
def test_records_are_opaque_and_large_ones_are_not_copied(version: int, size: int) -> None:
    records = bytes(range(256)) * (size // 256) + b"z" * (size % 256)
    request = ProduceRequest(topic_data=[TopicProduceData("t", partition_data=[PartitionProduceData(3, records)])])
    chunks = codec.encode_chunks(request, version)
    assert any(chunk is records for chunk in chunks) == (size > 4096)
    buffer = memoryview(b"".join(bytes(c) for c in chunks if isinstance(c, bytes | bytearray | memoryview)))
    read = codec.decode(ProduceRequest, buffer, version).topic_data[0].partition_data[0].records
    assert isinstance(read, memoryview)
    assert read.obj is buffer.obj
    assert bytes(read) == records


@pytest.mark.parametrize("version", [11, 12])
def test_a_record_set_in_pieces_is_written_in_order(version: int) -> None:
    pieces = RecordChunks([b"abc", memoryview(b"defg"), bytearray(b"hi")], 9)

    def response(records: Any) -> FetchResponse:
        topic = FetchableTopicResponse("t", partitions=[PartitionData(1, records=records), PartitionData(2)])
        return FetchResponse(responses=[topic])

    assert codec.encode(response(pieces), version) == codec.encode(response(b"abcdefghi"), version)


def test_the_prefix_comes_first() -> None:
    assert codec.encode(ApiVersionsRequest(), 0, b"head") == b"head"
    assert codec.encode(ApiVersionsRequest(), 3, b"head").startswith(b"head")


# ------------------------------------------------------------------ truncated and hostile bytes


@by_name
def test_every_prefix_of_a_message_is_refused(name: str) -> None:
    message, random = MESSAGES[name], Random(name)
    for version in versions(message):
        sample = Sampler(random, elements_max=1, unknown_tags=True).message(message, version)
        encoded = codec.encode(sample, version)
        lengths = range(len(encoded)) if len(encoded) < 200 else random.sample(range(len(encoded)), 200)
        for length in lengths:
            with pytest.raises(MalformedMessage):
                codec.decode(type(sample), memoryview(encoded)[:length], version)


@by_name
def test_changed_bytes_are_refused_or_read_and_no_other_error_comes(name: str) -> None:
    message, random = MESSAGES[name], Random(name)
    for version in versions(message):
        sample = Sampler(random, elements_max=2, unknown_tags=True).message(message, version)
        encoded = bytearray(codec.encode(sample, version))
        for _ in range(15):
            changed = bytearray(encoded)
            for _ in range(random.randint(1, 4)):
                if changed:
                    changed[random.randrange(len(changed))] = random.choice(
                        (0, 1, 127, 128, 255, random.randrange(256))
                    )
            decode_or_refuse(type(sample), changed, version)


@settings(max_examples=400, deadline=None)
@given(pair=st.sampled_from([(m.name, v) for m, v in pairs()]), data=st.binary(max_size=120))
@example(("FetchRequest", 18), b"\xff" * 64)
@example(("MetadataResponse", 12), b"\x7f" * 64)
def test_arbitrary_bytes_are_refused_or_read_and_no_other_error_comes(pair: tuple[str, int], data: bytes) -> None:
    decode_or_refuse(getattr(messages, pair[0]), data, pair[1])


def decode_or_refuse(message_class: Any, data: bytes | bytearray, version: int) -> None:
    try:
        decoded, end = codec.decode_from(message_class, data, version)
    except MalformedMessage:
        return
    assert end <= len(data)
    assert isinstance(decoded, message_class)


@pytest.mark.parametrize(
    ("message_class", "version", "hostile"),
    [
        (MetadataRequest, 8, b"\x7f\xff\xff\xff"),
        (MetadataRequest, 12, b"\xff\xff\xff\xff\x0f"),
        (OffsetFetchResponse, 7, bytes(4) + b"\xff\xff\xff\xff\x07"),
        (ConsumerProtocolSubscription, 0, b"\x00\x0f\xff\xff"),
        (messages.DeleteTopicsRequest, 6, b"\x80\x80\x80\x80\x04"),
        (messages.ListGroupsRequest, 5, b"\xff\xff\x7f"),
        (messages.ElectLeadersRequest, 0, b"\x00\x00\x00\x01\x00\x01t\x7f\xff\xff\xff"),
    ],
)
def test_a_count_beyond_the_bytes_allocates_nothing(message_class: Any, version: int, hostile: bytes) -> None:
    data = hostile + bytes(1000)
    decode_or_refuse(message_class, data, version)  # compiles the codec outside the measurement
    gc.collect()
    tracemalloc.start()
    try:
        with pytest.raises(MalformedMessage):
            codec.decode(message_class, data, version)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_a_frame_of_zeros_costs_memory_in_proportion_to_its_elements_smallest_size() -> None:
    # A v8 topic takes 9 bytes or more (int16, int16, bool, int32): fewer than that each are refused at once.
    count = 10_000
    body = bytes(4) + bytes(4) + b"\xff\xff" + bytes(4) + count.to_bytes(4, "big") + bytes(count + 8)
    with pytest.raises(MalformedMessage, match="more elements than bytes"):
        codec.decode(MetadataResponse, body, 8)


def test_invalid_utf8_is_malformed() -> None:
    with pytest.raises(MalformedMessage):
        codec.decode(RequestHeader, bytes(8) + b"\x00\x02\xff\xff", 1)


# ------------------------------------------------------------------ size


@pytest.mark.parametrize("version", [8, 12])
def test_large_arrays_come_back_whole(version: int) -> None:
    topics = [MetadataResponseTopic(name=f"topic-{i}", topic_id=bytes(16)) for i in range(20_000)]
    encoded = codec.encode(MetadataResponse(topics=topics), version)
    assert codec.decode(MetadataResponse, encoded, version).topics == topics


def test_large_arrays_of_numbers_come_back_whole() -> None:
    owned = messages.ConsumerProtocolAssignment(
        assigned_partitions=[
            messages.consumer_protocol.ConsumerProtocolAssignmentTopicPartition("t", list(range(100_000)))
        ]
    )
    assert codec.decode(messages.ConsumerProtocolAssignment, codec.encode(owned, 3), 3) == owned
