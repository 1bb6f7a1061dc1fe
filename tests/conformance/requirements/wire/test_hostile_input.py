"""W5: brokers that suffer from what others send."""

from nilometer.requirements.wire.hostile_input import GROWTH_BYTES_MAX, shown
from nilometer.targets.target import Endpoint, Target
from nilometer_reference.wire import messages as m
from tests.conformance.requirements.faulty import FaultyBroker, HangUp, partitions
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by


class Swelling(Target):
    """Says that its process grows."""

    def __init__(self, steps: list[int]) -> None:
        super().__init__("swelling")
        self.steps = steps

    def start(self) -> Endpoint:
        return self.endpoint

    def describe(self) -> str:
        return "swelling"

    def resident_bytes(self) -> int:
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


def nth_metadata(number: int):
    """Hangs up at this Metadata request that names no topic: the canary asks first, a new connection second."""
    seen = [0]

    def hook(passing):
        if isinstance(passing.request, m.MetadataRequest) and passing.request.topics == []:
            seen[0] += 1
            if seen[0] == number:
                raise HangUp

    return hook


def test_it_holds_on_an_honest_broker_and_memory_is_looked_at_where_it_can_be_seen(honest):
    result = judge("W5", honest, target=Swelling([100, 200]))
    assert_holds(result)
    assert result.judged > 100
    assert result.notes == ["resident memory grew by 0 MiB"]


def parity(honest) -> int:
    """How many such requests precede the first of the canary."""
    seen = []

    def count(passing):
        if isinstance(passing.request, m.MetadataRequest) and passing.request.topics == []:
            seen.append("metadata")
        elif isinstance(passing.request, m.FetchRequest) and "fetch" not in seen:
            seen.append("fetch")

    with FaultyBroker(honest, on_request=count) as broker:
        judge("W5", broker.bootstrap, budget_s=0.0)
    return seen.index("fetch")


def test_a_connection_that_suffers_from_another_is_found(honest):
    result = violated_by(honest, "W5", "others-disturbed", on_request=nth_metadata(parity(honest) + 3))
    assert "sent were" in result.counterexamples[0].expected


def test_a_broker_that_takes_no_new_connection_is_found(honest):
    violated_by(honest, "W5", "stops-serving", on_request=nth_metadata(parity(honest) + 4))


def test_a_log_that_changes_under_hostile_input_is_found(honest):
    fetches = [0]

    def lose(passing):
        for part in partitions(passing.response, m.FetchResponse):
            fetches[0] += 1
            if fetches[0] > 1 and part.high_watermark == 5:
                part.high_watermark, part.records = 0, b""

    violated_by(honest, "W5", "state-changed", on_response=lose)


def test_memory_that_grows_without_bound_is_found(honest):
    result = judge("W5", honest, target=Swelling([100, 200, GROWTH_BYTES_MAX + 101]))
    assert_violated(result, "memory-unbounded")


def test_bytes_are_shown_in_full_when_they_are_few():
    assert shown(b"\x01\x02") == "0102"
    assert shown(bytes(1_000)).endswith("… (1000 bytes)")
