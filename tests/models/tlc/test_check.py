"""Full runs of TLC: the counts and the counterexample of the explorer."""

from __future__ import annotations

from pathlib import Path

import pytest

from nilometer_models.explore import explore
from nilometer_models.tlc.check import SOMETHING, TlcFailed, check, read_output
from nilometer_models.tlc.values import canonical_state
from tests.models.crossing import MACHINE, State, crossing
from tests.models.toy import instance

MODULE = Path(__file__).parents[1] / "Jugs.tla"


@pytest.mark.java
def test_tlc_and_the_explorer_count_the_same() -> None:
    ours = explore(instance())
    theirs = check(instance(), MODULE, only={"within_the_brim"})
    assert theirs.holds
    assert (theirs.distinct, theirs.depth) == (ours.states, ours.depth)


@pytest.mark.java
def test_tlc_finds_a_counterexample_of_the_same_length() -> None:
    ours = explore(instance()).violations["never_four"]
    theirs = check(instance(), MODULE, only={"never_four"})
    assert theirs.broken == "NeverFour"
    assert len(theirs.trace) == len(ours)
    assert theirs.trace[0] == ("Initial predicate", canonical_state(ours.states[0]))
    assert theirs.trace[-1][0] == ours.labels[-1].action


@pytest.mark.java
def test_what_must_come_is_judged_as_the_explorer_judges_it() -> None:
    assert MACHINE.module is not None
    assert check(crossing(2), MACHINE.module).holds
    broken = check(crossing(1, is_patient=False), MACHINE.module, only={"everybody_gets_through"})
    assert broken.broken == "EverybodyGetsThrough"
    assert explore(crossing(1, is_patient=False)).what_never_comes("everybody_gets_through") is not None
    assert broken.trace[0] == ("Initial predicate", canonical_state(State(("red", "red"), (0, 0), 0, 1)))


def test_of_several_properties_that_must_come_none_is_accused() -> None:
    text = "".join(
        f"@!@!@STARTMSG {code} @!@!@\n{body}\n@!@!@ENDMSG {code.split(':')[0]} @!@!@\n"
        for code, body in (
            ("2116:1", "Temporal properties were violated."),
            ("2264:1", "The following behavior constitutes a counter-example:"),
            ("2217:4", "1: <Initial predicate>\n/\\ x = 1"),
            ("2218:4", "2: Stuttering"),
            ("2199:0", "27 states generated, 16 distinct states found, 0 states left on queue."),
        )
    )
    assert read_output(text).broken == SOMETHING


@pytest.mark.java
def test_a_module_that_does_not_parse_is_no_verdict(tmp_path: Path) -> None:
    broken = tmp_path / "Jugs.tla"
    broken.write_text("---- MODULE Jugs ----\nInit == \n====\n", "utf-8")
    with pytest.raises(TlcFailed):
        check(instance(), broken)


def test_output_that_ends_early_is_no_verdict() -> None:
    with pytest.raises(TlcFailed):
        read_output("@!@!@STARTMSG 2185:0 @!@!@\nStarting...\n@!@!@ENDMSG 2185 @!@!@\n")


@pytest.mark.java
def test_a_broken_step_is_found_by_both() -> None:
    ours = explore(instance()).violations["never_more_than_one_litre_less"]
    theirs = check(instance(), MODULE, only={"never_more_than_one_litre_less"})
    assert theirs.broken == "NeverMoreThanOneLitreLess"
    assert len(theirs.trace) == len(ours)
