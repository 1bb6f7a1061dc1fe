from dataclasses import fields

from nilometer_reference.broker.config import BrokerConfig


def test_the_defaults_are_consistent() -> None:
    config = BrokerConfig()
    assert config.group_min_session_timeout_ms < config.group_max_session_timeout_ms
    assert config.message_max_bytes < config.socket_request_max_bytes
    assert len(config.cluster_id) == 22


def test_every_span_and_size_names_its_unit() -> None:
    units = ("_ms", "_minutes", "_bytes")
    for field in fields(BrokerConfig):
        if any(word in field.name for word in ("timeout", "interval", "expiration", "retention", "backoff", "delay")):
            assert field.name.endswith(units), field.name
