import pytest

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange
from nilometer_reference.wire.messages import MetadataRequest


class Counter:
    def __init__(self):
        self.calls = []

    def holds(self, count=1):
        self.calls.append(("holds", count))

    def violated(self, signature, *, expected, seen, evidence=None):
        self.calls.append((signature, expected, seen, evidence))


def exchange():
    return Exchange(1, "host:1", 0, 1, MetadataRequest(), 0)


def test_instances_are_told_once_each():
    judgement, counter = Judgement(), Counter()
    judgement.holds(3)
    judgement.contradicts("wrong", 1, 2)
    judgement.tell(counter)
    assert counter.calls == [("wrong", "1", "2", None), ("holds", 3)]
    assert judgement.judged == 4


def test_findings_carry_the_exchanges_that_were_observed():
    judgement, counter, seen = Judgement(), Counter(), exchange()
    judgement.contradicts("wrong", 1, 2, None, seen)
    judgement.tell(counter)
    assert counter.calls == [("wrong", "1", "2", [seen])]


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_is_told_of_what_was_not_judged(count):
    judgement, counter = Judgement(), Counter()
    judgement.holds(count)
    judgement.tell(counter)
    assert counter.calls == [("holds", 1)] * count
