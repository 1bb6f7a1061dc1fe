"""Every step is proved, its wrong neighbour is refuted, and the rules say the same as the proof."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import z3

from nilometer_models.schema.avro.nodes import PRIMITIVES
from nilometer_models.schema.avro.proof import STATEMENTS, NotDecided, Statement, holds, rounded
from nilometer_models.schema.avro.rules import LOSSY, PROMOTIONS

EVERY = pytest.mark.parametrize("make", STATEMENTS, ids=lambda make: make.__name__)


@EVERY
def test_the_statement_is_proved(make: Callable[[], Statement]) -> None:
    statement = make()
    assert holds(statement.claim, statement.premises)


@EVERY
def test_its_wrong_neighbour_is_refuted(make: Callable[[], Statement]) -> None:
    """Which also says that the premises do not contradict each other."""
    statement = make()
    assert statement.wrong is not None
    assert not holds(statement.wrong, (*statement.premises, *statement.scope))


def test_numbers_are_rounded_exactly_where_the_rules_say_so() -> None:
    answers = rounded()
    assert {name for name, is_exact in answers.items() if not is_exact} == {
        f"{writer} to {reader}" for reader, writer in LOSSY
    }


def test_unknown_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nilometer_models.schema.avro.proof.TIMEOUT_MS", 1)
    a, b, c = z3.Ints("a b c")
    with pytest.raises(NotDecided):
        holds(z3.Implies(z3.And(a > 1, b > 1, c > 1), a**4 + b**4 != c**4))


def test_promotions_are_transitive_in_python_too() -> None:
    def reads(reader: str, writer: str) -> bool:
        return reader == writer or writer in PROMOTIONS.get(reader, ())

    for a in PRIMITIVES:
        for b in PRIMITIVES:
            for c in PRIMITIVES:
                assert not (reads(a, b) and reads(b, c)) or reads(a, c)
