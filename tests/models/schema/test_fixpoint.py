"""The engine is the greatest fixpoint, and the nearby wrong ones are told from it.

law                                         kills
engine equals Kleene on all pairs           a memo kept across a fallen assumption; the least fixpoint
a matching is as large as any               greedy pairing
"""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import Phase, example, find, given, settings
from hypothesis import strategies as st

from nilometer_models.schema.difference import Difference, Severity
from nilometer_models.schema.fixpoint import (
    All,
    Child,
    Covering,
    Either,
    Formula,
    Local,
    children,
    differences,
    evaluate,
    greatest,
    maximum_matching,
)

SIZE = 6
BREAKS = Local(Difference("breaks", "it breaks"))
NOTED = Local(Difference("noted", "it does not", severity=Severity.HARMLESS))
NONE = Difference("none", "no branch holds")
System = dict[int, Formula[int]]

cells: st.SearchStrategy[Formula[int]] = st.one_of(
    st.integers(0, SIZE - 1).map(lambda n: Child(n, f"/r{n}", f"/w{n}")), st.sampled_from([BREAKS, NOTED])
)
parts = st.lists(cells, max_size=3).map(tuple)
grids = st.lists(st.lists(cells, min_size=2, max_size=2).map(tuple), max_size=3).map(tuple)
formulas: st.SearchStrategy[Formula[int]] = st.one_of(
    cells,
    parts.map(All),
    parts.map(lambda found: Either(found, NONE)),
    st.tuples(parts, parts).map(lambda both: All((Either(both[0], NONE), *both[1]))),
    st.tuples(grids, st.integers(0, 2)).map(lambda both: Covering(both[0], both[1], NONE)),
)
systems = st.lists(formulas, min_size=SIZE, max_size=SIZE).map(lambda found: dict(enumerate(found)))


def naive(system: System, *, start: bool = True) -> frozenset[int]:
    """Kleene: from all pairs, keep those whose formula holds, until nothing changes. From none: the least."""
    holding = frozenset(system) if start else frozenset()
    while (after := frozenset(n for n in system if evaluate(system[n], holding.__contains__))) != holding:
        holding = after
    return holding


def engine(system: System) -> frozenset[int]:
    found = frozenset(n for n in system if greatest(system.__getitem__, n).holds(n))
    assert found == frozenset(n for n in system if greatest(system.__getitem__, n, everything=True).holds(n))
    return found


def with_a_careless_memo(system: System) -> frozenset[int]:
    """Recursive descent that keeps what it found under an assumption."""
    memo: dict[int, bool] = {}

    def holds(n: int) -> bool:
        if n not in memo:
            memo[n] = True
            memo[n] = evaluate(system[n], holds)
        return memo[n]

    return frozenset(n for n in system if holds(n))


@settings(max_examples=150, deadline=None)
@given(systems)
def test_the_engine_equals_the_naive_iteration_over_all_pairs(system: System) -> None:
    assert engine(system) == naive(system)


FALLEN: System = {0: All((Child(1), BREAKS)), 1: Child(0)}
"""1 leans on 0 while 0 is in progress; then 0 falls."""
LOOP: System = {0: Child(0)}


def test_a_memo_kept_across_a_fallen_assumption_is_told_from_the_engine() -> None:
    assert engine(FALLEN) == naive(FALLEN) == frozenset()
    assert with_a_careless_memo(FALLEN) == {1}


def test_the_least_fixpoint_is_told_from_the_engine() -> None:
    assert engine(LOOP) == naive(LOOP) == {0}
    assert naive(LOOP, start=False) == frozenset()


@pytest.mark.parametrize("wrong", [with_a_careless_memo, lambda system: naive(system, start=False)])
def test_random_systems_tell_wrong_engines_from_the_right_one(wrong: object) -> None:
    """The generator is strong enough for the law above to mean something."""
    assert callable(wrong)
    patient = settings(phases=[Phase.generate], max_examples=5_000, database=None, deadline=None)
    found = find(systems, lambda system: wrong(system) != engine(system), settings=patient, random=Random(4))
    assert wrong(found) != naive(found)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=3))
@example([[True, True, False], [True, False, False], [False, True, True]])
def test_a_matching_is_as_large_as_the_best_of_all_assignments(grid: list[list[bool]]) -> None:
    best = max(
        sum(grid[row][column] for row, column in enumerate(order[: len(grid)])) for order in permutations(range(3))
    )
    assert maximum_matching(grid) == best


def test_greedy_pairing_would_miss_a_matching() -> None:
    grid = [[True, True], [True, False]]
    taken: set[int] = set()
    for row in grid:
        free = [column for column, allowed in enumerate(row) if allowed and column not in taken]
        taken.update(free[:1])
    assert len(taken) == 1
    assert maximum_matching(grid) == 2


def test_a_long_augmenting_path_does_not_exhaust_the_stack() -> None:
    n = 400
    grid = [[column in (row, row + 1) for column in range(n)] for row in range(n - 1)] + [[c == 0 for c in range(n)]]
    assert maximum_matching(grid) == n


@settings(max_examples=150, deadline=None)
@given(systems)
def test_differences_are_reported_exactly_for_what_fell(system: System) -> None:
    for root in system:
        solution = greatest(system.__getitem__, root)
        found = differences(solution, root)
        assert all(difference.breaks for difference in found)
        if solution.holds(root):
            assert not found
        else:
            assert found


@settings(max_examples=100, deadline=None)
@given(systems)
def test_a_pair_that_nothing_else_depends_on_does_not_change_the_answer(system: System) -> None:
    for root in system:
        solution = greatest(system.__getitem__, root, everything=True)
        assert set(solution.formulas) == {root, *(c for n in solution.formulas for c in children(system[n]))}


def test_differences_carry_the_way_to_them() -> None:
    system: System = {
        0: All((Child(1, "/fields/0/type", "/fields/3/type"),)),
        1: Child(2, "/items", "/items"),
        2: BREAKS,
    }
    (found,) = differences(greatest(system.__getitem__, 0), 0)
    assert (found.reader, found.writer) == ("/fields/0/type/items", "/fields/3/type/items")


def test_a_disjunction_reports_once_and_keeps_its_branches_reasons() -> None:
    system: System = {0: Either((Child(1), Child(2)), NONE), 1: BREAKS, 2: All((NOTED, BREAKS))}
    (found,) = differences(greatest(system.__getitem__, 0), 0)
    assert (found.kind, [detail.kind for detail in found.details]) == ("none", ["breaks", "breaks"])


def test_a_pair_that_is_a_reason_of_a_union_is_told_elsewhere_too() -> None:
    system: System = {0: All((Either((Child(1),), NONE), Child(1))), 1: BREAKS}
    found = differences(greatest(system.__getitem__, 0), 0)
    assert [one.kind for one in found] == ["none", "breaks"]
    assert [detail.kind for detail in found[0].details] == ["breaks"]


def test_a_leaf_is_told_wherever_it_is_met() -> None:
    """Two fields of one wrong primitive type are two differences."""
    system: System = {0: All((Child(1, "/a", "/a"), Child(1, "/b", "/b"))), 1: BREAKS}
    found = differences(greatest(system.__getitem__, 0), 0)
    assert [one.reader for one in found] == ["/a", "/b"]


def test_harmless_differences_are_told_on_request() -> None:
    system: System = {0: All((NOTED, Child(1))), 1: NOTED}
    solution = greatest(system.__getitem__, 0)
    assert not differences(solution, 0)
    assert len(differences(solution, 0, harmless=True)) == 2


def test_a_chain_of_20000_pairs_needs_no_deep_stack() -> None:
    last = 20_000
    solution = greatest(lambda n: BREAKS if n == last else Child(n + 1), 0)
    assert not solution.holds(0)
    assert len(differences(solution, 0)) == 1
