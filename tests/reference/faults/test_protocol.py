"""What clients see of each fault of the protocol."""

from nilometer_reference.wire.messages import ApiVersionsRequest, CreatePartitionsRequest, InitProducerIdRequest
from nilometer_reference.wire.messages.create_partitions import CreatePartitionsTopic
from tests.reference.harness import Harness
from tests.reference.requests import make_topic


def newest_advertised(harness: Harness) -> int:
    """Of InitProducerId."""
    answer = harness.client().ask(ApiVersionsRequest(), 0)
    return next(api.max_version for api in answer.api_keys if api.api_key == 22)


def test_b061_a_version_is_promised_that_is_not_served(switched_on) -> None:
    right = newest_advertised(Harness())
    fault = switched_on("B061")
    harness = Harness()
    assert newest_advertised(harness) == right + 1
    assert fault.fired == 1
    client = harness.client()
    client.send(InitProducerIdRequest(None, 60_000), right + 1, is_answered=False)
    assert client.is_closed


def test_b062_one_bad_request_closes_everybody(switched_on) -> None:
    fault = switched_on("B062")
    harness = Harness()
    bystander = harness.client()
    harness.client().send_bytes(b"\0\0\0\x08\0\x63\0\0\0\0\0\x01")
    bystander.send(ApiVersionsRequest(), 0, is_answered=False)
    assert bystander.is_closed
    assert fault.fired == 1


def test_b097_create_partitions_names_no_topic(switched_on) -> None:
    fault = switched_on("B097")
    harness = Harness()
    make_topic(harness)
    answer = harness.client().ask(CreatePartitionsRequest([CreatePartitionsTopic("t", 3, None)], 1000), 2)
    assert answer.results == []
    assert len(harness.broker.topics.get("t").partitions) == 3
    assert fault.fired == 1
