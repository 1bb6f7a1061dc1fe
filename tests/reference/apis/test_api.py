from nilometer_reference.apis.api import Api
from nilometer_reference.wire.messages import HeartbeatRequest, HeartbeatResponse


def test_the_key_is_that_of_the_request() -> None:
    api = Api(HeartbeatRequest, HeartbeatResponse, (0, 4), lambda _broker, _request, _context: None)
    assert api.key == 12
