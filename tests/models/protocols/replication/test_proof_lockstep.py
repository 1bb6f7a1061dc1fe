"""The model and the proof side by side."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_models.explore import explore
from nilometer_models.protocols.replication import model
from nilometer_models.protocols.replication.proof import PROOF, UNSAID, VARIANTS, theory
from nilometer_models.protocols.replication.proof_lockstep import lockstep, structure, within_logs
from nilometer_models.protocols.replication.state import Rules
from nilometer_models.prover import Structure
from nilometer_models.prover.plain import PlainTheory

CHECK = lockstep(PROOF.theory)


def test_every_step_of_the_model_is_a_step_of_the_proof_and_every_action_happens() -> None:
    walk = CHECK.run(model(2, 1, 1, 1))
    assert walk.fits, walk.gaps
    assert (walk.pairs, walk.steps) == (447, 772)


@pytest.mark.parametrize(
    ("rule", "bounds", "gap"),
    [
        ("clean_election", (2, 1, 1, 1), "ElectLeader: guard clean_election"),
        ("isr_change_fenced", (2, 1, 1, 1), "guard isr_change_fenced"),
        ("high_watermark_waits_for_isr", (2, 1, 1, 1), "guard high_watermark_waits_for_isr"),
        ("expand_waits_for_high_watermark", (2, 1, 1, 1), "ExpandIsr: guard expand_waits_for"),
        ("old_decisions_ignored", (2, 1, 1, 1), "guard old_decisions_ignored"),
        ("deposed_leader_steps_down", (2, 1, 1, 1), "believes in another leader"),
        ("truncation_fenced", (3, 1, 1, 2), "guard truncation_fenced"),
    ],
)
def test_a_model_with_other_rules_has_a_gap(rule: str, bounds: tuple[int, int, int, int], gap: str) -> None:
    off = {"expand_waits_for_epoch_start": False} if rule.startswith("expand") else {}
    walk = CHECK.run(model(*bounds, **{rule: False}, **off), gaps_max=1, pairs_max=20_000)
    assert gap in walk.gaps[0]


@pytest.mark.parametrize(
    ("rule", "value"),
    [(rule, value) for rule, values in VARIANTS.items() if rule not in UNSAID for value in values],
)
def test_the_proof_by_other_rules_is_of_the_model_by_them_but_for_its_lemmas(rule: str, value: object) -> None:
    bounds = (2, 2, 2, 2) if rule == "truncation" else (2, 1, 2, 1)
    walk = lockstep(theory(Rules()._replace(**{rule: value}))).run(
        model(*bounds, **{rule: value}), gaps_max=10_000, pairs_max=700
    )
    assert [gap for gap in walk.gaps if " is false, in " not in gap] == []


def test_entries_beyond_the_end_of_a_log_are_forgotten() -> None:
    instance = model(2, 1, 1, 1)
    state = next(instance.initial())
    tables = structure(instance.config, state)
    written = tables.with_tables({"entry_epoch": {**tables.tables["entry_epoch"], (1, 0): 0}})
    assert within_logs(written) == tables


SEEN = explore(model(2, 2, 2, 2), states_max=2_000)
PLAIN = PlainTheory(PROOF.theory)
SYMBOLS = PROOF.theory.symbols


@st.composite
def two_readings(draw: st.DrawFn) -> tuple[Structure, Structure]:
    """A state of the model with any ghosts, twice: entries beyond the ends of logs differ."""
    made = structure(SEEN.instance.config, SEEN.state(draw(st.integers(0, SEEN.states - 1))))
    ghosts = {}
    for name, symbol in SYMBOLS.items():
        keys = list(made.keys(symbol))
        if symbol.ghost and symbol.is_relation:
            ghosts[name] = draw(st.frozensets(st.sampled_from(keys)))
        elif symbol.ghost:
            ghosts[name] = {key: draw(st.sampled_from(made.universes["Epoch"])) for key in keys}
    made = made.with_tables(ghosts)
    filled = {
        name: {key: draw(st.sampled_from(made.universes[SYMBOLS[name].result.name])) for key in made.tables[name]}
        for name in ("entry_epoch", "entry_record")
    }
    ends = made.tables["log_end"]
    changed = {
        name: {(r, o): value if o < ends[r] else filled[name][r, o] for (r, o), value in made.tables[name].items()}
        for name in filled
    }
    return made, made.with_tables(changed)


@settings(deadline=None)
@given(two_readings(), st.data())
def test_nothing_depends_on_entries_beyond_the_end_of_a_log(
    readings: tuple[Structure, Structure], data: st.DataObject
) -> None:
    one, other = readings
    assert PLAIN.broken_lemmas(one) == PLAIN.broken_lemmas(other)
    action = data.draw(st.sampled_from(list(PROOF.theory.actions.values())))
    parameters = {
        name: data.draw(st.sampled_from(one.universes[sort.name])) for name, sort in action.parameters.items()
    }
    plain = PLAIN.actions[action.name]
    assert plain.closed_guards(one, parameters) == plain.closed_guards(other, parameters)
    if not plain.closed_guards(one, parameters):
        assert within_logs(plain.after(one, parameters)) == within_logs(plain.after(other, parameters))
