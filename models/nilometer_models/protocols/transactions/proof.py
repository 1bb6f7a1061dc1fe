"""Transactions of version 2 are safe, for any number of ids, partitions, transactions, retries and epochs (KIP-890).

    proof_state.py      what there is         proof_lemmas.py     why it holds
    proof_actions.py    what happens          proof_lockstep.py   that this is what the model does

    python -m nilometer_models.prover.premises transactions     derives `proof_premises.toml` anew
    python -m nilometer_models.prover.needs transactions        finds anew what fails without each guard and lemma

Proved are the goals of `invariants/transactions.py`, and nothing is taken for granted: neither that requests come once
or in order, nor that instances of an application have identities of their own. The coordinator sees to that, and the
lemmas of the group `clients` say how.
"""

from __future__ import annotations

from pathlib import Path

from nilometer_models.campaign.rows import Row
from nilometer_models.machine import Instance
from nilometer_models.protocols.transactions.model import model
from nilometer_models.protocols.transactions.proof_actions import actions
from nilometer_models.protocols.transactions.proof_lemmas import lemmas
from nilometer_models.protocols.transactions.proof_lockstep import lockstep
from nilometer_models.protocols.transactions.proof_state import symbols
from nilometer_models.protocols.transactions.state import Config, State, View
from nilometer_models.prover import Proof, Theory

RULES = ("verification", "timeout_fences", "marker_epoch_checked")
"""Rules of the model that are guards of the proof."""


def theory() -> Theory:
    """Version 2 by the rules of today, without bounds."""
    made = Theory("transactions")
    sorts = symbols(made)
    actions(made, sorts)
    lemmas(made, sorts)
    return made


SPARE = {
    "AnswerInitAgain.idle": "who asks with the last epoch has not used it; what is open or prepared has used its own"
}
"""Guards that the proof does not need: they are there so that the actions read as those of the model."""
VARIANTS = {
    "version = 1": theory().without_guard("a_later_epoch", "EndCommit"),
    "init_bumps = False": theory().without_guard("a_later_epoch", "AnswerInit"),
    **{f"{rule} = False": theory().without_guard(rule) for rule in RULES},
}

LOCKSTEP_BOUNDS: tuple[Instance[Config, State, View], ...] = (
    model(1, 2, 1, timeouts=1, reloads=1, lost_answers=1, failed_writes=1),
    model(1, 1, 2, retries=1, reloads=1),
    model(2, 1, 2, recoveries=1),
    model(1, 1, 1, retries=1, recoveries=1),
    model(2, 1, 2, timeouts=1, epochs_used=32_766),
)


def gaps() -> list[str]:
    """Where the model does what the proof does not know: see `prover/lockstep.py`."""
    check, found = lockstep(PROOF.theory), []
    happened: set[str] = set()
    for instance in LOCKSTEP_BOUNDS:
        walk = check.run(instance)
        found += [f"lockstep, {instance.config}: {gap}" for gap in walk.gaps]
        if not walk.exhausted and not walk.gaps:
            found.append(f"lockstep, {instance.config}: only {walk.pairs} pairs were seen")
        happened |= {name for name, count in walk.fired.items() if count}
    return found + [f"lockstep: {name} never happens" for name in PROOF.theory.actions if name not in happened]


PROOF = Proof(
    theory(),
    Path(__file__).with_name("proof_premises.toml"),
    {"Id": 2, "Partition": 2, "Client": 2, "Transaction": 3, "Epoch": 4},
    needs_path=Path(__file__).with_name("proof_needs.toml"),
    spare=SPARE,
    variants=VARIANTS,
    lockstep=gaps,
)


def campaign_row() -> Row:
    """What `nilometer prove transactions --z3` shows."""
    return PROOF.row("transactions")
