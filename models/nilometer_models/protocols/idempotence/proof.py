"""Idempotence is safe for any number of batches, epochs and faults, with sequences modulo 2^31 and a window of five.

    proof_state.py      what there is         proof_lemmas.py     why it holds
    proof_actions.py    what happens          proof_lockstep.py   that this is what the executable model does

    python -m nilometer_models.prover.premises idempotence     derives `proof_premises.toml` anew
    needs.renew(SMALL)                                         finds anew what fails without each guard and lemma

Proved are the goals of `invariants/idempotence.py`. Premises, as guards: no request arrives after a whole cycle of
sequences (`delay_bounded`); a producer is forgotten only while it is idle and its sequence is not about to wrap.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from nilometer_models.campaign.rows import Row
from nilometer_models.machine import Instance
from nilometer_models.protocols.idempotence.model import MACHINE
from nilometer_models.protocols.idempotence.proof_actions import actions
from nilometer_models.protocols.idempotence.proof_lemmas import lemmas
from nilometer_models.protocols.idempotence.proof_lockstep import lockstep
from nilometer_models.protocols.idempotence.proof_state import Sizes, Sorts, symbols
from nilometer_models.protocols.idempotence.properties import GOALS
from nilometer_models.protocols.idempotence.state import Config, Rules
from nilometer_models.prover import Proof, State, Theory


class Seen(NamedTuple):
    """A state of the proof, as goals see it."""

    offsets: Any
    in_log: Any
    batch_at: Any
    epoch_at: Any
    batches: Any
    acked: Any
    ack_offset: Any
    is_replicated: Any


def theory(sizes: Sizes = Sizes(), rules: Rules = Rules()) -> Theory:  # noqa: B008  # they are immutable
    """Idempotence with these numbers, by these rules, without bounds."""
    made = Theory("idempotence")
    sorts = symbols(made, sizes)
    actions(made, sorts, sizes, rules)
    lemmas(made, sorts, sizes)
    for goal in GOALS.values():
        made.goal(goal, lambda s: _seen(s, sorts))
    return made


def _seen(s: State, sorts: Sorts) -> Seen:
    return Seen(
        sorts.number, s.in_log, s.log_batch, s.log_epoch, sorts.number, s.acked, s.ack_offset,
        lambda offset: (offset < s.replicated()),
    )  # fmt: skip


LOCKSTEP_BOUNDS = (
    Config(batches=2, evictions=1, failovers=1, bumps=1, max_epoch=2, modulus=4),
    Config(batches=3, breaks=0, failures=1, bumps=1, restarts=1, deletions=1, modulus=4),
    Config(batches=5, breaks=0, failures=1, evictions=1, modulus=4),
)
"""Together they fire every action of the proof; in the last one the sequence wraps."""

SPARE = {"TakeSuccess.in_flight": "a second success says the same as the first"}
"""Guards that the proof does not need: they are there so that the actions read as those of the model."""

VARIANTS = (
    "remembers_window", "duplicate_has_its_offset", "state_follows_append", "truncation_rewinds_state",
    "state_outlives_records", "snapshot_has_window", "renumbered_in_order",
)  # fmt: skip
"""Rules that are no guards: without each of them something fails."""


def gaps() -> list[str]:
    """Where the model does what the proof does not know: see `prover/lockstep.py`."""
    fired: dict[str, int] = {}
    found = []
    for config in LOCKSTEP_BOUNDS:
        check = lockstep(theory(Sizes(config.modulus, config.window, config.in_flight)))
        walk = check.run(Instance(MACHINE, config))
        found += [f"lockstep, {config}: {gap}" for gap in walk.gaps]
        if not walk.exhausted and not walk.gaps:
            found.append(f"lockstep, {config}: only {walk.pairs} pairs were seen")
        fired = {name: fired.get(name, 0) + count for name, count in walk.fired.items()}
    return found + [f"lockstep: {name} never happens" for name, count in fired.items() if not count]


PREMISES = Path(__file__).with_name("proof_premises.toml")
PROOF = Proof(theory(), PREMISES, {"Request": 2, "Int": 10}, lockstep=gaps)
"""With Kafka's own numbers."""

SMALL_SIZES = Sizes(modulus=4, window=2, in_flight=2)
SMALL = Proof(
    theory(SMALL_SIZES),
    PREMISES,
    {"Request": 2, "Int": 10},
    needs_path=Path(__file__).with_name("proof_needs.toml"),
    spare=SPARE,
    variants={f"{rule} = False": theory(SMALL_SIZES, Rules()._replace(**{rule: False})) for rule in VARIANTS},
)
"""With numbers so small that counterexamples are. `needs.renew(SMALL)` finds what fails without each part."""


def campaign_row() -> Row:
    """What `nilometer prove idempotence --z3` shows."""
    return PROOF.row(MACHINE.name)
