"""Models at a prompt."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import pytest

from nilometer_models.machine import Instance, Machine
from nilometer_models.notebook import Shower, explored
from nilometer_models.search import Progress
from nilometer_models.traces import Trace
from tests.models.crossing import MACHINE, Config, State, crossing


def test_everything_is_found_that_the_explorer_finds() -> None:
    run = crossing(2).explore(keep_graph=True)
    assert (run.states, run.edges, run.depth, run.holds) == (40, 72, 9, True)
    assert crossing(2).explore().graph().number_of_edges() == 72


def test_a_shortest_trace_to_trouble_or_none() -> None:
    trace = crossing(takes_turns=False).shortest(violating="never_both_green")
    assert trace is not None
    assert len(trace) == 3
    assert crossing(2).shortest(violating="cars_leave_on_green") is None
    with pytest.raises(KeyError, match="has no invariant or step property tea; it has never_both_green"):
        crossing().shortest(violating="tea")
    with pytest.raises(ValueError, match="not all were seen"):
        crossing(2).shortest(violating="never_both_green", states_max=4)


def test_something_can_be_reached_or_not() -> None:
    trace = crossing(2).reach(lambda s: s.waiting == (0, 2))
    assert trace is not None
    assert len(trace) == 3
    assert crossing(2).reach(lambda s: s.waiting == (0, 3)) is None


def test_ctrl_c_gives_what_was_seen_and_shows_nothing_to_hold() -> None:
    machine: Machine[None, int, int] = Machine("endless", lambda _: [0], lambda _, s: s)

    @machine.action("any")
    class Count:
        """One more, until somebody has enough."""

        @staticmethod
        def why_not(_c: None, _s: int) -> str | None:
            return None

        @staticmethod
        def apply(_: None, s: int) -> int:
            if s == 1_000:
                raise KeyboardInterrupt
            return s + 1

    run = explored(Instance(machine, None))
    assert run.states == 1_001
    assert not run.exhausted
    assert run.edges == 1_000


def test_models_that_differ_part_at_the_first_step_that_only_one_allows() -> None:
    found = crossing(1).compare(crossing(1, takes_turns=False))
    assert not found.equal
    assert str(found.label) == "TurnGreen(light=2)"
    assert repr(found).endswith("here only the second allows TurnGreen(light=2)")
    other_way = crossing(1, takes_turns=False).compare(crossing(1))
    assert repr(other_way).endswith("here only the first allows TurnGreen(light=2)")


def test_models_that_differ_in_what_a_step_does_show_both() -> None:
    found = crossing(1).compare(crossing(1, hands_over=False))
    assert found.trace is not None
    assert len(found.trace) == 2
    assert repr(found).endswith("here TurnRed(light=1) leads to different states: turn: 2 -> 1")


def test_a_difference_beyond_the_depth_is_not_seen() -> None:
    assert crossing(1).compare(crossing(1)).equal
    near = crossing(1).compare(crossing(1, hands_over=False), depth=1)
    assert near.equal
    assert repr(near) == "no difference in 1 states, the first 1 levels"
    with pytest.raises(ValueError, match="do not begin in the same states"):
        crossing(1).compare(
            Instance(replace(MACHINE, initial=lambda _: [State(("red", "red"), (0, 0), 0, 2)]), Config(1))
        )


@pytest.mark.java
def test_tlc_tells_its_counterexample_in_steps_of_the_model() -> None:
    wrong = crossing(1, takes_turns=False)
    checked = wrong.tlc()
    assert checked.broken == "never_both_green"
    assert isinstance(checked.trace, Trace)
    assert checked.trace.states[-1].lights == ("green", "green")
    assert repr(checked).startswith("TLC: never_both_green is broken; ")
    right = crossing(2).tlc()
    assert (right.states, right.depth, right.broken, right.trace) == (40, 9, None, None)
    assert "every property holds" in repr(right)


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_the_twin_is_equal_and_says_so() -> None:
    assert repr(crossing(2).twin()) == "equal: 40 states, 72 labelled edges"


def test_a_model_without_module_has_no_twin() -> None:
    alone = Instance(replace(MACHINE, home=None), Config(1))
    for ask in (alone.tlc, alone.twin):
        with pytest.raises(ValueError, match="crossing has no TLA\\+ module"):
            ask()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_one_line_moves() -> None:
    out = Terminal()
    shower = Shower(out)
    for seconds in (1.0, 2.5, 2.75):
        shower(Progress(1000, 10, 5, seconds))
    shower.end()
    assert out.getvalue().count("\r") == 2
    assert out.getvalue().count("\n") == 1


def test_elsewhere_there_is_a_line_now_and_then() -> None:
    out = io.StringIO()
    shower = Shower(out)
    for seconds in (1.0, 2.5, 2.75, 12.0, 13.0):
        shower(Progress(1000, 10, 5, seconds))
    shower.end()
    assert out.getvalue().splitlines() == [str(Progress(1000, 10, 5, seconds)) for seconds in (2.5, 13.0)]


def test_what_is_quick_says_nothing() -> None:
    out = Terminal()
    shower = Shower(out)
    shower(Progress(1000, 10, 5, 1.0))
    shower.end()
    assert out.getvalue() == ""


def test_exploring_needs_nothing_that_is_compiled() -> None:
    script = """
import sys
for name in ("numpy", "z3", "jpype", "networkx", "crc32c", "cramjam", "rich", "click", "hypothesis", "tomli_w"):
    sys.modules[name] = None
from nilometer_models import explore, protocols
from nilometer_models.protocols import replication
run = replication.model(2, 1, 1, 1).explore()
assert run.holds
assert protocols.machine("replication") is replication.MACHINE
assert explore.explore(replication.model(2, 1, 1, 1)).states == run.states
assert replication.model(2, 1, 1, 1).with_bug("B001").shortest(violating="committed_within_isr")
"""
    subprocess.run([sys.executable, "-c", script], check=True)
