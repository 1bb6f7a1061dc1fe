from nilometer.requirements._broker_settings import broker_settings
from nilometer.settings import Settings
from nilometer_reference.wire import messages as m
from tests.conformance.requirements.faulty import FaultyBroker, HangUp
from tests.conformance.requirements.judging import subject


def settings_of(bootstrap, *names):
    with subject(bootstrap).session(Settings()) as session:
        return broker_settings(session, *names)


def test_whole_numbers_are_read_and_other_values_left_out(honest):
    found = settings_of(honest, "transaction.max.timeout.ms", "compression.type", "nobody.knows.this")
    assert found == {"transaction.max.timeout.ms": 900_000}


def test_a_broker_that_shows_no_settings_shows_none(honest):
    def refuse(passing):
        if isinstance(passing.request, m.DescribeConfigsRequest):
            raise HangUp

    with FaultyBroker(honest, on_request=refuse) as broker:
        assert settings_of(broker.bootstrap, "transaction.max.timeout.ms") == {}
