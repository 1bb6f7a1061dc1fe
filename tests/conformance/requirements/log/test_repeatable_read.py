from nilometer.settings import Profile
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by
from tests.conformance.requirements.restarting import Restarting
from tests.conformance.requirements.tampering import tampered


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L2", honest, profile=Profile.CORE))


def test_a_record_that_reads_otherwise_in_small_portions_is_found(honest):
    change = tampered(lambda record: record._replace(headers=(("new", b""),)))

    def only_small(passing):
        if getattr(passing.request, "max_bytes", 0) == 300:
            change(passing)

    violated_by(honest, "L2", "record-changed", on_response=only_small)


def test_a_record_that_vanishes_from_a_later_scan_is_found(honest):
    drop = tampered(lambda record: None if record.offset == 1 else record)

    def only_large(passing):
        if getattr(passing.request, "max_bytes", 0) > 300:
            drop(passing)

    violated_by(honest, "L2", "record-changed", profile=Profile.CORE, on_response=only_large)


def test_a_deletion_that_changes_what_remains_is_found(honest):
    deleted = []
    change = tampered(lambda record: record._replace(timestamp=record.timestamp + 1))

    def after_deletion(passing):
        if type(passing.response).__name__ == "DeleteRecordsResponse":
            deleted.append(True)
        elif type(passing.response).__name__ == "CreateTopicsResponse":
            deleted.clear()
        elif deleted:
            change(passing)

    violated_by(honest, "L2", "changed-by-deletion", profile=Profile.CORE, on_response=after_deletion)


def test_a_restart_that_changes_a_record_is_found(honest):
    change = tampered(lambda record: record._replace(value=b"another"))
    with FaultyBroker(honest, on_response=lambda passing: change(passing) if target.restarts else None) as broker:
        target = Restarting(broker)
        result = judge("L2", broker.bootstrap, profile=Profile.FULL, target=target)
    assert target.restarts == 1
    assert_violated(result, "changed-by-restart")
