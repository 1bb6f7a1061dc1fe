"""Frames: headers of both kinds, the exception of ApiVersions, and what broken ones give."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.wire.chunks import RecordChunks, join
from nilometer_reference.wire.frames import (
    encode_request,
    encode_response,
    messages_by_key,
    parse_request,
    parse_request_header,
    parse_response,
)
from nilometer_reference.wire.messages import (
    ApiVersionsRequest,
    ApiVersionsResponse,
    FetchRequest,
    FetchResponse,
    HeartbeatRequest,
    HeartbeatResponse,
    MetadataRequest,
)
from nilometer_reference.wire.messages.fetch import FetchableTopicResponse, PartitionData
from nilometer_reference.wire.primitives import MalformedMessage


def test_every_api_key_of_kafka_4_3_has_both_messages() -> None:
    by_key = messages_by_key()
    assert len(by_key) == 89
    assert set(range(93)) - set(by_key) == {4, 5, 6, 7}


@given(st.integers(0, 4), st.integers(-(2**31), 2**31 - 1), st.none() | st.text(max_size=30))
def test_a_request_comes_back_with_its_header(version: int, correlation_id: int, client_id: str | None) -> None:
    message = HeartbeatRequest(group_id="g", generation_id=3, member_id="m")
    frame = encode_request(message, version, correlation_id, client_id)
    assert struct.unpack_from(">i", frame)[0] == len(frame) - 4
    header, parsed = parse_request(frame[4:])
    assert (header.api_key, header.api_version, header.correlation_id) == (12, version, correlation_id)
    assert header.client_id == client_id
    assert parsed == message


def test_the_client_id_is_never_compact() -> None:
    old, flexible = (encode_request(HeartbeatRequest(), version, 1, "abc") for version in (0, 4))
    assert old[12:17] == flexible[12:17] == b"\x00\x03abc"
    assert flexible[17] == 0  # the tag section of the header


def test_unknown_tags_of_a_request_header_are_skipped() -> None:
    frame = encode_request(MetadataRequest(topics=None), 12, 1, "c", header_tags={7: b"xyz", 300: b""})
    header, parsed = parse_request(frame[4:])
    assert header.api_version == 12
    assert isinstance(parsed, MetadataRequest)
    assert parsed.topics is None


@pytest.mark.parametrize(("version", "has_tags"), [(0, False), (3, False), (4, True)])
def test_a_response_header_has_tags_from_the_first_flexible_version(version: int, has_tags: bool) -> None:
    frame = join(encode_response(HeartbeatResponse(), version, 5))
    body_at = 9 if has_tags else 8
    assert frame[4:8] == b"\x00\x00\x00\x05"
    correlation_id, _, end = parse_response(frame[4:], HeartbeatResponse, version)
    assert correlation_id == 5
    assert end == len(frame) - 4
    assert len(frame) >= body_at + 2


@pytest.mark.parametrize("version", [0, 2, 3, 4])
def test_api_versions_is_always_answered_with_the_first_header(version: int) -> None:
    """KIP-511: a client must be able to read it before it knows what the broker speaks."""
    frame = join(encode_response(ApiVersionsResponse(error_code=35), version, 9))
    assert frame[8:10] == b"\x00\x23"
    assert parse_response(frame[4:], ApiVersionsResponse, version)[0] == 9


def test_a_large_record_set_is_handed_on_uncopied_and_counted_in_the_size() -> None:
    records = memoryview(bytes(100_000))
    parts = [PartitionData(records=RecordChunks([records[:60_000], records[60_000:]], 100_000))]
    response = FetchResponse(responses=[FetchableTopicResponse(topic="t", partitions=parts)])
    chunks = encode_response(response, 11, 1)
    assert any(chunk is records or isinstance(chunk, memoryview) for chunk in chunks)
    frame = join(chunks)
    assert struct.unpack_from(">i", frame)[0] == len(frame) - 4


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_a_request_or_malformed(frame: bytes) -> None:
    try:
        parse_request(frame)
    except ValueError as error:
        assert type(error).__name__ in ("MalformedMessage", "UnsupportedMessageVersion")


@given(st.sampled_from([(HeartbeatRequest, 4), (ApiVersionsRequest, 3), (FetchRequest, 16)]), st.data())
def test_a_cut_request_is_malformed(kind: tuple[type, int], data: st.DataObject) -> None:
    frame = encode_request(kind[0](), kind[1], 1, "client")[4:]
    with pytest.raises(MalformedMessage):
        parse_request(frame[: data.draw(st.integers(0, len(frame) - 1))])


@pytest.mark.parametrize("length", [-2, 10_000])
def test_a_client_id_of_an_impossible_length_is_malformed(length: int) -> None:
    with pytest.raises(MalformedMessage, match="client id"):
        parse_request_header(struct.pack(">hhih", 18, 0, 1, length), 3)


def test_a_response_that_is_cut_in_its_header_is_malformed() -> None:
    for size in range(4):
        with pytest.raises(MalformedMessage):
            parse_response(bytes(size), HeartbeatResponse, 0)
    with pytest.raises(MalformedMessage):
        parse_response(bytes(4), HeartbeatResponse, 4)
    with pytest.raises(MalformedMessage, match="tags"):
        parse_response(bytes(4) + b"\x01\x00\x7f", HeartbeatResponse, 4)
