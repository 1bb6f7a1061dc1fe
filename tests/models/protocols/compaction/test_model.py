"""Producers, replication, cleaner and reader, step by step."""

from __future__ import annotations

import pytest

from nilometer_models.machine import Instance, Label
from nilometer_models.protocols.compaction import model
from nilometer_models.protocols.compaction.state import Config, State, View
from nilometer_models.traces import replay

SMALL = model(producers=1, log_size=3, crashes=1, expiries=1, reads=1)


def walk(*steps: str, small: Instance[Config, State, View] = SMALL) -> State:
    """`Write(0,1,value)` by name and the arguments in their order."""
    labels = []
    for step in steps:
        name, _, rest = step.partition("(")
        action = small.machine.action_named(name)
        values = [int(text) if text.lstrip("-").isdigit() else text for text in rest.rstrip(")").split(",") if text]
        labels.append(Label(name, tuple(zip(action.domains, values, strict=True))))
    return replay(small, labels).states[-1]


@pytest.mark.parametrize(
    ("steps", "action", "arguments", "reason"),
    [
        ((), "Marker", {"producer": 1, "kind": "abort"}, "no transaction is open"),
        ((), "IncreaseHighWatermark", {}, "the high watermark is at the end"),
        ((), "Roll", {}, "the active segment is empty"),
        ((), "Clean", {}, "nothing is dirty"),
        ((), "Expire", {"producer": 1}, "there is nothing to forget"),
        (("Write(1,1,value)",), "Expire", {"producer": 1}, "its transaction is open"),
        ((), "Read", {}, "nobody reads"),
        (("StartRead",), "Read", {}, "it is at the end"),
        (("StartRead",), "StartRead", {}, "it has begun"),
        (("Tick",), "Tick", {}, "bound: ticks"),
    ],
)
def test_a_guard_says_why_a_step_is_not_possible(
    steps: tuple[str, ...], action: str, arguments: dict[str, object], reason: str
) -> None:
    assert SMALL.why_not(walk(*steps), action, **arguments) == reason


WRITTEN = ("Write(0,1,value)", "Write(0,1,value)", "IncreaseHighWatermark", "Roll")


def test_a_cleaning_that_ends_moves_the_checkpoint_and_one_that_crashes_does_not() -> None:
    cleaned, crashed = walk(*WRITTEN, "Clean"), walk(*WRITTEN, "CrashWhileCleaning(1)")
    assert [batch.offset for batch in cleaned.log] == [batch.offset for batch in crashed.log] == [1]
    assert (cleaned.first_dirty, crashed.first_dirty) == (2, 0)
    assert SMALL.why_not(cleaned, "Clean") == "nothing is dirty"
    assert SMALL.why_not(crashed, "Clean") is None
    assert SMALL.why_not(walk(*WRITTEN), "CrashWhileCleaning", count=2) == "it rewrites fewer segments"


def test_a_reader_skips_what_was_aborted_and_stops_at_what_is_open() -> None:
    made = walk("Write(1,1,value)", "Marker(1,abort)", "Write(1,1,value)", "IncreaseHighWatermark", "StartRead",
                "Read", "Read")  # fmt: skip
    assert made.reader == (0, 2, (-1,))
    assert SMALL.why_not(made, "Read") == "it is at the end"


def test_a_marker_of_version_2_carries_the_next_epoch() -> None:
    second = model(version=2)
    made = walk("Write(1,1,value)", "Marker(1,commit)", "Write(1,1,value)", small=second)
    assert [entry.epoch for entry in made.history] == [0, 1, 1]
