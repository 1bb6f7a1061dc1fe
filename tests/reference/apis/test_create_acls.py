import pytest

from nilometer_reference.wire.messages.create_acls import AclCreation, CreateAclsRequest, CreateAclsResponse
from tests.reference.harness import Harness


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_without_authorizer_each_rule_is_refused(version: int, count: int) -> None:
    request = CreateAclsRequest([AclCreation(2, "t", 3, "User:a", "*", 2, 3)] * count)
    response: CreateAclsResponse = Harness().client().ask(request, version)
    answers = [(result.error_code, result.error_message) for result in response.results]
    assert answers == [(54, "No Authorizer is configured.")] * count
