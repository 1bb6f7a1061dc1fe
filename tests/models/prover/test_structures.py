"""Structures as people read them."""

from __future__ import annotations

from nilometer_models.prover import Structure, Theory
from nilometer_models.prover.structures import shortest_prefixes, show_table

THEORY = Theory("shown")
THING, NUMBER = THEORY.sort("Thing"), THEORY.ordered("Number")
THEORY.relation("linked", THING, THING)
THEORY.relation("chosen", THING)
THEORY.relation("on")
THEORY.function("size", THING, to=NUMBER)
THEORY.function("most", to=NUMBER)

STRUCTURE = Structure(
    {"Thing": (0, 1), "Number": (0, 1, 2)},
    {
        "linked": frozenset({(0, 1)}),
        "chosen": frozenset({1}),
        "on": frozenset({()}),
        "size": {0: 2, 1: 0},
        "most": {(): 2},
    },
)


def test_elements_have_the_letter_of_their_sort() -> None:
    shown = {name: show_table(THEORY, STRUCTURE, name) for name in THEORY.symbols}
    assert shown == {"linked": "(t0, t1)", "chosen": "t1", "on": "True", "size": "t0: n2, t1: n0", "most": "n2"}


def test_sorts_that_begin_alike_have_longer_letters() -> None:
    assert shortest_prefixes(["Replica", "Record", "Offset"]) == {"Replica": "rep", "Record": "rec", "Offset": "o"}
    assert shortest_prefixes(["Count", "Counter"]) == {"Count": "count", "Counter": "counte"}


def test_an_empty_relation_says_so() -> None:
    empty = STRUCTURE.with_tables({"linked": frozenset(), "chosen": frozenset(), "on": frozenset()})
    assert [show_table(THEORY, empty, name) for name in ("linked", "chosen", "on")] == ["none", "none", "False"]
    assert STRUCTURE.tables["on"] == {()}


def test_keys_are_all_places() -> None:
    assert list(STRUCTURE.keys(THEORY.symbols["linked"])) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert list(STRUCTURE.keys(THEORY.symbols["size"])) == [0, 1]
    assert list(STRUCTURE.keys(THEORY.symbols["most"])) == [()]
    assert STRUCTURE.value(THEORY.symbols["linked"], (0, 1))
    assert STRUCTURE.value(THEORY.symbols["size"], 0) == 2
