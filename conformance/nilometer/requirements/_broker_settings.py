"""Settings of the broker that a requirement is about, as DescribeConfigs shows them."""

from __future__ import annotations

from nilometer.clients.session import Session
from nilometer.verdict import NotObservable
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.describe_configs import DescribeConfigsResource

BROKER = 4
"""Resource type."""


def broker_settings(session: Session, *names: str) -> dict[str, int]:
    """Those of the names that the broker shows with a whole number; empty where it shows none."""
    try:
        session.metadata([])
        node = min(session.brokers)
        resource = DescribeConfigsResource(BROKER, str(node), list(names))
        response = session.call(m.DescribeConfigsRequest([resource]), node=node).response
    except NotObservable:
        return {}
    assert isinstance(response, m.DescribeConfigsResponse)
    found = {}
    for result in response.results:
        for one in result.configs:
            if result.error_code == 0 and one.name in names and one.value and one.value.lstrip("-").isdigit():
                found[one.name] = int(one.value)
    return found
