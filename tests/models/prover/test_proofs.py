"""A whole proof of a lock: what holds is proved, what lacks a lemma or a guard fails with a pair of states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nilometer_models.campaign.rows import FAILED, PROVED, UNKNOWN
from nilometer_models.logic import equal, implies, negate
from nilometer_models.prover import GOAL, INITIALLY, Proof, State, Step, Theory, Verdict, every
from nilometer_models.prover.conditions import Answer
from tests.models.prover.lock import PROOF, theory


def test_a_lock_is_proved_for_any_number_of_clients() -> None:
    run = PROOF.run()
    assert run.holds, run.failed
    assert {answer.name.action for answer in run.answers} == {INITIALLY, "Take", "Give", GOAL}
    row = PROOF.row("lock")
    assert (row.verdict, row.note, row.problems) == (PROVED, "7 of 7 proved", ())


def test_an_invariant_that_is_not_inductive_fails_with_a_pair_of_states() -> None:
    run = PROOF.run(PROOF.theory.without_lemma("free_means_free"))
    (failed,) = run.failed
    assert failed.name == ("Take", "only_one_holds_it")
    assert failed.verdict is Verdict.FAILED
    pair = run.counterexample(failed)
    assert pair is not None
    assert len(pair.before.tables["holds"]) == 1
    assert len(pair.after.tables["holds"]) == 2
    assert "Take(client=c" in run.explain(failed)


def test_an_invariant_that_is_false_fails_too() -> None:
    wrong = theory()

    @wrong.lemma("wrong")
    def nobody_ever_holds_it(s: State) -> Any:
        """False after the first step."""
        return every(wrong.sorts["Client"], lambda c: negate(s.holds(c)))

    assert [answer.name for answer in Proof(wrong).run().failed] == [("Take", "nobody_ever_holds_it")]
    row = Proof(wrong).row("lock")
    assert row.verdict == FAILED
    assert "makes nobody_ever_holds_it false" in row.problems[0]


def test_a_goal_about_steps_is_proved_for_each_action_or_fails_with_a_pair() -> None:
    steps = theory()
    clients = steps.sorts["Client"]

    def who_held_it_is_remembered(before: State, after: State) -> Any:
        """True of every step."""
        return every(clients, lambda c: implies(before.held_before(c), after.held_before(c)))

    def nobody_gives_it_back(before: State, after: State) -> Any:
        """False of Give."""
        return every(clients, lambda c: implies(before.holds(c), after.holds(c)))

    steps.step_goal(who_held_it_is_remembered, lambda s: s)
    assert Proof(steps).run().proved == 7 + 2
    steps.step_goal(nobody_gives_it_back, lambda s: s)
    run = Proof(steps).run()
    (failed,) = run.failed
    assert failed.name == ("Give", "nobody_gives_it_back")
    assert " makes nobody_gives_it_back false" in run.explain(failed)


def test_a_guard_that_is_missing_makes_a_condition_fail() -> None:
    assert [answer.name.claim for answer in PROOF.without_guard("free").failed] == ["only_one_holds_it"]


def test_what_z3_does_not_know_is_a_failure() -> None:
    hard = Theory("hard")
    number = hard.integers("Number")
    hard.function("x", to=number)

    @hard.initially
    def anywhere(s: State) -> Any:
        return s.x() > 1

    @hard.action("Stay")
    def stay(s: State) -> Step:
        """Nothing happens."""
        return Step(s)

    @hard.lemma("hard")
    def no_cubes(s: State) -> Any:
        """A sum of two cubes is no cube: true, and nothing that z3 finds out in a moment."""
        return every(
            number,
            number,
            lambda a, b: implies(a * b * s.x() > 0, negate(a * a * a + b * b * b == s.x() * s.x() * s.x())),
        )

    run = Proof(hard).run(effort=200_000, only=lambda name: name.action == INITIALLY)
    assert [answer.verdict for answer in run.answers] == [Verdict.UNKNOWN]
    assert not run.holds
    assert UNKNOWN == "unknown"


def test_a_list_of_premises_that_is_too_short_fails_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "premises.toml"
    path.write_text('[Take]\nonly_one_holds_it = ["only_one_holds_it"]\ngone = ["gone"]\n', "utf-8")
    row = Proof(theory(), path).row("lock")
    assert row.verdict == FAILED
    assert any("derive its premises anew" in problem for problem in row.problems)
    assert any("there is no condition Take / gone" in problem for problem in row.problems)


def test_what_is_assumed_stands_beside_what_is_proved() -> None:
    narrow = theory().without_lemma("free_means_free")
    clients = narrow.sorts["Client"]
    assert Proof(narrow).run().failed
    narrow.assume("one client", every(clients, clients, equal))
    row = Proof(narrow).row("lock")
    assert (row.verdict, row.note) == (PROVED, "4 of 4 proved, assuming one client")


def test_a_run_is_told_of_and_looked_up() -> None:
    heard: list[Answer] = []
    run = PROOF.run(report=heard.append)
    assert tuple(heard) == run.answers
    assert run["Take", "only_one_holds_it"].premises == ("only_one_holds_it", "free_means_free")
    assert run.slowest.seconds == max(answer.seconds for answer in run.answers)


def test_an_initial_state_without_a_lemma_is_shown() -> None:
    wrong = theory()

    @wrong.lemma("wrong")
    def it_is_taken(s: State) -> Any:
        """False at first."""
        return negate(s.free())

    run = Proof(wrong).run(only=lambda name: name.action == INITIALLY)
    (failed,) = run.failed
    assert "it_is_taken is false in an initial state" in run.explain(failed)
