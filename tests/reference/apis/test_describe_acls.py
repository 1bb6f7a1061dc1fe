import pytest

from nilometer_reference.wire.messages.describe_acls import DescribeAclsRequest, DescribeAclsResponse
from tests.reference.harness import Harness


@pytest.mark.parametrize("version", [1, 2, 3])
def test_without_authorizer_there_is_nothing_to_describe(version: int) -> None:
    response: DescribeAclsResponse = Harness().client().ask(DescribeAclsRequest(2, "t", 3, None, None, 1, 1), version)
    assert (response.error_code, response.resources) == (54, [])
    assert response.error_message == "No Authorizer is configured on the broker"
