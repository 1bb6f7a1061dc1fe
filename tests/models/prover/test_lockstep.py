"""The executable model and the proof side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nilometer_models.logic import implies
from nilometer_models.prover import State, Step, Structure, every
from nilometer_models.prover.lockstep import Lockstep, NotTranslated, Parameters
from tests.models.prover.lock import LOCKSTEP, PROOF, Config, Lock, instance, structure
from tests.models.prover.lock import theory as lock_theory


def test_every_step_of_the_model_is_a_step_of_the_proof() -> None:
    walk = LOCKSTEP.run(instance(2))
    assert walk.fits, walk.gaps
    assert (walk.pairs, walk.steps, walk.fired) == (12, 16, {"Take": 8, "Give": 8})


def test_a_walk_that_was_cut_off_or_in_which_an_action_never_happens_does_not_fit() -> None:
    assert not LOCKSTEP.run(instance(2), pairs_max=1).fits
    assert not LOCKSTEP.run(instance(0)).fits


def test_a_lemma_that_is_false_in_a_reachable_state_is_a_gap() -> None:
    lemma = PROOF.theory.lemmas["only_one_holds_it"]
    wrong = replace(lemma, name="never_free", claim=lambda s: s.free())
    theory = replace(PROOF.theory, lemmas={**PROOF.theory.lemmas, "never_free": wrong})
    walk = replace(LOCKSTEP, theory=theory).run(instance())
    assert "never_free is false, in Lock(free=False" in walk.gaps[0]


def test_a_guard_that_the_model_does_not_have_is_a_gap() -> None:
    action = PROOF.theory.actions["Take"]

    def careful(s: State, client: Any) -> Step:
        return action.effect(s, client).require("first_time", ~s.held_before(client))

    theory = replace(PROOF.theory, actions={**PROOF.theory.actions, "Take": replace(action, effect=careful)})
    walk = replace(LOCKSTEP, theory=theory).run(instance())
    assert "Take(client=1) is no step of the proof (Take: guard first_time)" in walk.gaps[0]


def test_what_the_proof_writes_or_keeps_must_be_in_the_model() -> None:
    action = PROOF.theory.actions["Take"]

    def forgetful(s: State, client: Any) -> Step:
        step = action.effect(s, client)
        del step.changes["free"]
        return step

    theory = replace(PROOF.theory, actions={**PROOF.theory.actions, "Take": replace(action, effect=forgetful)})
    (gap, *_) = replace(LOCKSTEP, theory=theory).run(instance()).gaps
    assert "free of () is True in the proof and False in the model" in gap


def test_an_action_or_a_state_that_the_proof_does_not_know_is_a_gap() -> None:
    walk = replace(LOCKSTEP, cases={"Take": LOCKSTEP.cases["Take"]}).run(instance())
    assert "the proof has no Give" in walk.gaps[0]

    def only_the_start(c: Config, s: Lock) -> Structure:
        if not s.free:
            raise NotTranslated("it is taken")
        return structure(c, s)

    walk = Lockstep(PROOF.theory, only_the_start, LOCKSTEP.cases).run(instance())
    assert "it is taken" in walk.gaps[0]

    def give(*_: Any) -> Iterator[tuple[str, Parameters]]:
        yield "Give", {"client": 1}

    walk = replace(LOCKSTEP, cases={"Take": give}).run(instance())
    assert "Give is not a case of it" in walk.gaps[0]


def test_an_assumption_or_an_initial_claim_that_is_false_is_a_gap() -> None:
    theory = lock_theory()
    theory.assume("one client", every(theory.sorts["Client"], theory.sorts["Client"], lambda a, b: a == b))
    assert "assumption one client is false" in replace(LOCKSTEP, theory=theory).run(instance(2)).gaps[0]
    theory = lock_theory()

    @theory.initially
    def it_is_taken(s: State) -> Any:
        return ~s.free()

    assert "initial state: it_is_taken is false" in replace(LOCKSTEP, theory=theory).run(instance(2)).gaps[0]


def test_a_ghost_function_begins_with_the_first_element() -> None:
    theory = lock_theory()
    theory.function("last_holder", to=theory.sorts["Client"], ghost=True)
    take = theory.actions["Take"]

    def remembering(s: State, client: Any) -> Step:
        return take.effect(s, client).set("last_holder", to=client)

    theory = replace(theory, actions={**theory.actions, "Take": replace(take, effect=remembering)})

    @theory.lemma("ghost")
    def the_holder_is_the_last(s: State) -> Any:
        """Nobody but the last one who took it holds the lock."""
        return every(theory.sorts["Client"], lambda c: implies(s.holds(c), c == s.last_holder()))

    walk = replace(LOCKSTEP, theory=theory).run(instance(2))
    assert walk.fits, walk.gaps
    assert walk.pairs > LOCKSTEP.run(instance(2)).pairs
