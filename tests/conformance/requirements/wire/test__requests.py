"""Requests that change nothing, of every API in every version."""

import subprocess
import sys

import pytest

from nilometer.clients.cluster import Versions, request_class
from nilometer.requirements.wire._requests import (
    BEHIND_FEATURES,
    NOT_SENT,
    advertised,
    all_apis,
    error_codes,
    minimal,
)
from nilometer_reference.wire import table
from nilometer_reference.wire.codec import decode, encode
from nilometer_reference.wire.messages import DeleteTopicsRequest, ProduceResponse
from nilometer_reference.wire.messages.produce import PartitionProduceResponse, TopicProduceResponse


@pytest.mark.parametrize("api", [api for api in all_apis() if api not in NOT_SENT])
def test_each_request_can_be_encoded_in_every_version(api):
    low, high = request_class(api).VERSIONS
    for version in range(low, high + 1):
        request = minimal(api, version, "group")
        decode(request_class(api), encode(request, version), version)


def test_requests_that_delete_name_nothing():
    assert minimal("DeleteTopics", 6, "g") == DeleteTopicsRequest()


def test_every_api_is_known_however_many_are_loaded():
    program = "from nilometer.requirements.wire._requests import all_apis; print(*all_apis())"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.split() == all_apis()
    assert {"Produce", "Fetch", "Metadata", "StreamsGroupDescribe"} < set(all_apis())
    messages = [message for group in table.all_files().values() for message in group]
    assert len(all_apis()) == sum(message.kind == "request" for message in messages)


def test_what_is_left_out_exists():
    assert set(all_apis()) >= NOT_SENT | BEHIND_FEATURES


def test_pairs_are_those_that_both_sides_know_and_that_may_be_sent():
    versions = Versions({1: (0, 5), 18: (0, 9), 52: (0, 2)})
    assert list(advertised(versions)) == [
        ("Fetch", 4), ("Fetch", 5), *(("ApiVersions", version) for version in range(5)),
    ]  # fmt: skip


def test_error_codes_are_found_at_any_depth():
    parts = [PartitionProduceResponse(error_code=code) for code in (0, 87)]
    response = ProduceResponse([TopicProduceResponse("t", partition_responses=parts)])
    assert list(error_codes(response)) == [0, 87]
