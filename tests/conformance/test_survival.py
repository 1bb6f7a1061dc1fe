"""What is shown of a target that died, and how it comes back."""

from nilometer.survival import UNIVERSAL_SIGNATURES, Death, revive
from nilometer.targets.target import Control
from tests.conformance.fragile import Fragile
from tests.conformance.requiring import make_requirement, make_run, make_subject


def test_a_death_says_what_happened_with_the_log():
    with Fragile() as target:
        subject = make_subject(*target.endpoint.addresses, target=target)
        found = Death("broker-died", 10, subject).counterexample(make_run())
        assert found.seen == "subject: the broker's process ended; it printed last:\npanic: out of luck"
        assert "within 10 s" in Death("broker-silent", 10, subject).what


def test_reviving_restarts_at_the_same_address_or_anew():
    with Fragile() as target:
        subject = make_subject(*target.endpoint.addresses, target=target)
        subject.topics.append("kept")
        target.die()
        assert revive(subject) == ""
        assert subject.bootstrap == target.endpoint.addresses
        assert subject.topics == ["kept"]
        target.control = Control.PROCESS
        assert revive(subject) == ""
        assert subject.topics == []


def test_reviving_says_why_it_failed():
    with Fragile() as target:
        subject = make_subject(*target.endpoint.addresses, target=target)
        target.revives = 0
        assert "it is dead" in revive(subject)


def test_no_requirement_declares_what_belongs_to_all():
    assert not set(make_requirement().signatures) & set(UNIVERSAL_SIGNATURES)
