import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.messages.describe_cluster import DescribeClusterRequest, DescribeClusterResponse
from tests.reference.harness import Harness

VERSIONS = range(3)
NOT_ASKED = -2147483648


@pytest.mark.parametrize("version", VERSIONS)
def test_the_one_broker_is_named_where_clients_reach_it_and_as_controller(version: int) -> None:
    harness = Harness(BrokerConfig(node_id=7, advertised_host="h", advertised_port=9, rack="r"))
    response: DescribeClusterResponse = harness.client().ask(DescribeClusterRequest(), version)
    assert (response.error_code, response.error_message) == (0, None)
    assert (response.cluster_id, response.controller_id) == (harness.config.cluster_id, 7)
    (broker,) = response.brokers
    assert (broker.broker_id, broker.host, broker.port, broker.rack, broker.is_fenced) == (7, "h", 9, "r", False)
    assert response.endpoint_type == 1
    assert response.cluster_authorized_operations == NOT_ASKED


@pytest.mark.parametrize("version", VERSIONS)
def test_operations_are_told_if_asked_for(version: int) -> None:
    request = DescribeClusterRequest(include_cluster_authorized_operations=True)
    response: DescribeClusterResponse = Harness().client().ask(request, version)
    assert response.cluster_authorized_operations == 8096  # measured on Apache Kafka 4.3.1


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("endpoint_type", "code"), [(2, 114), (0, 115), (3, 115), (-1, 115)])
def test_who_wants_something_else_than_brokers_is_told_nothing(version: int, endpoint_type: int, code: int) -> None:
    request = DescribeClusterRequest(endpoint_type=endpoint_type, include_cluster_authorized_operations=True)
    response: DescribeClusterResponse = Harness().client().ask(request, version)
    assert response.error_code == code
    assert response.error_message
    assert (response.brokers, response.cluster_id, response.controller_id) == ([], "", -1)
    assert response.cluster_authorized_operations == NOT_ASKED


def test_fenced_brokers_may_be_asked_for() -> None:
    response: DescribeClusterResponse = Harness().client().ask(DescribeClusterRequest(include_fenced_brokers=True), 2)
    assert [broker.is_fenced for broker in response.brokers] == [False]
