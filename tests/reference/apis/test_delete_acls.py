import pytest

from nilometer_reference.wire.messages.delete_acls import DeleteAclsFilter, DeleteAclsRequest, DeleteAclsResponse
from tests.reference.harness import Harness


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_without_authorizer_each_filter_is_refused(version: int, count: int) -> None:
    request = DeleteAclsRequest([DeleteAclsFilter(2, "t", 3, "User:a", "*", 2, 3)] * count)
    response: DeleteAclsResponse = Harness().client().ask(request, version)
    answers = [(result.error_code, result.error_message, result.matching_acls) for result in response.filter_results]
    assert answers == [(54, "No Authorizer is configured.", [])] * count
