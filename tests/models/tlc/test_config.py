"""Configuration files say what the Python configuration says."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from nilometer_models.tlc.config import configuration, constants, literal, temporal
from tests.models.crossing import MACHINE, crossing
from tests.models.toy import instance


class Rules(NamedTuple):
    truncation: str = "leader_epoch"


class Config(NamedTuple):
    max_epoch: int = 2
    rules: Rules = Rules()


def test_fields_are_constants_and_rules_are_too() -> None:
    assert list(constants(Config())) == [("MaxEpoch", "2"), ("Truncation", '"leader_epoch"')]


def test_the_file_names_constants_and_invariants() -> None:
    text = configuration(instance(), only={"never_four"})
    assert text.splitlines() == [
        "CONSTANTS", "  None = None", "  Small = 3", "  Big = 5", "  Leaks = FALSE", "INIT Init", "NEXT Next",
        "INVARIANTS", "  NeverFour",
    ]  # fmt: skip


def test_literals() -> None:
    assert [literal(value) for value in (True, 3, "a", None, frozenset({2, 1}))] == [
        "TRUE",
        "3",
        '"a"',
        "None",
        "{1, 2}",
    ]
    with pytest.raises(TypeError):
        literal(1.5)


def test_what_must_come_is_checked_of_the_fair_specification() -> None:
    text = configuration(crossing(), fair=["everybody_gets_through"])
    assert text.splitlines()[-6:] == [
        "SPECIFICATION FairSpec", "INVARIANTS", "  NeverBothGreen", "PROPERTIES", "  CarsLeaveOnGreen",
        "  EverybodyGetsThrough",
    ]  # fmt: skip
    assert "INIT Init" in configuration(crossing(), only={"never_both_green"}, fair=["everybody_gets_through"])
    assert "FairSpec" not in configuration(crossing())


def test_a_module_may_leave_out_what_must_come() -> None:
    whole = "FairSpec == Spec\nEverybodyGetsThrough == TRUE\n"
    assert temporal(MACHINE, whole) == ["everybody_gets_through"]
    assert temporal(MACHINE, whole.replace("FairSpec ==", "Fair ==")) == []
    assert temporal(MACHINE, whole.replace("EverybodyGets", "NobodyGets")) == []
