"""librdkafka's mock cluster as a target."""

import pytest

from nilometer.targets import Control, parse_target
from nilometer.targets.errors import TargetError
from nilometer.targets.librdkafka_mock import LibrdkafkaMockTarget


@pytest.mark.external
def test_each_virtual_broker_has_an_address_of_its_own(installed, gone):
    installed("librdkafka-mock:")
    with parse_target("librdkafka-mock:3") as target:
        assert isinstance(target, LibrdkafkaMockTarget)
        assert len(set(target.endpoint.bootstrap)) == 3
        process = target.nodes[0].process
        assert process is not None
        assert target.describe() == "librdkafka's mock cluster, 3 brokers"
    assert gone(process.pid)


def test_it_cannot_be_restarted(installed):
    installed("librdkafka-mock:")
    assert Control.RESTART not in LibrdkafkaMockTarget().control


def test_a_cluster_has_a_broker(installed):
    installed("librdkafka-mock:")
    with pytest.raises(ValueError, match="at least one broker"):
        LibrdkafkaMockTarget(brokers=0)


def test_without_confluent_kafka_the_package_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(TargetError, match="pip install confluent-kafka"):
        LibrdkafkaMockTarget()
