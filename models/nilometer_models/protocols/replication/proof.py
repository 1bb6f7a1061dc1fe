"""Replication is safe for any number of replicas, offsets, records and epochs, by the rules of today (KIP-320).

    proof_state.py      what there is         proof_lemmas.py     why it holds
    proof_actions.py    what happens          proof_lockstep.py   that this is what `model.py` does

    python -m nilometer_models.prover.premises replication     derives `proof_premises.toml` anew
    python -m nilometer_models.prover.needs replication        finds anew what fails without each guard and lemma

Proved are the goals of `invariants/replication.py`: nothing acknowledged is lost, logs match, high watermarks lie
within logs. A record is acknowledged when the high watermark of a leader passes it; who believes to lead may be wrong
about it, decisions are heard late or never, and nothing is assumed about how many replicas fail.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nilometer_models.campaign.rows import Row
from nilometer_models.protocols.replication.model import MACHINE, model
from nilometer_models.protocols.replication.proof_actions import actions
from nilometer_models.protocols.replication.proof_lemmas import lemmas
from nilometer_models.protocols.replication.proof_lockstep import lockstep
from nilometer_models.protocols.replication.proof_state import symbols
from nilometer_models.protocols.replication.state import Rules
from nilometer_models.prover import Proof, Theory, needs

LOCKSTEP_BOUNDS = ((2, 2, 2, 2), (3, 1, 1, 1))
"""replicas, log slots, records, highest epoch"""

_FENCE = "what the model asks of the leader; the proof has it from the other guards of the same step"
_ONE_EPOCH = "within one epoch, that the follower follows and that the leader leads say the same"
SPARE = {
    "BecomeFollower.elected": _FENCE,
    "BecomeFollower.another_leads": _FENCE,
    "BecomeFollower.leader_took_over": _FENCE,
    "BecomeFollowerWithNothingInCommon.elected": _FENCE,
    "BecomeFollowerWithNothingInCommon.another_leads": _FENCE,
    "BecomeFollowerWithNothingInCommon.leader_took_over": _FENCE,
    "BecomeFollowerWithNothingInCommon.truncation_fenced": "any leader has something in common with what is committed",
    "Fetch.follows": _ONE_EPOCH,
    "Fetch.leads": _ONE_EPOCH,
    "FetchHighWatermark.follows": _ONE_EPOCH,
    "FetchHighWatermark.leads": _ONE_EPOCH,
    "ExpandIsr.follows": _ONE_EPOCH,
    "ExpandIsr.leads": _ONE_EPOCH,
}
"""Guards that the proof does not need: they are there so that the actions read as those of the model."""


def theory(rules: Rules = Rules()) -> Theory:  # noqa: B008  # it is immutable
    """Replication by these rules, without bounds. What cannot be said of other rules, see `UNSAID`."""
    made = Theory("replication")
    sorts = symbols(made)
    actions(made, sorts, rules)
    lemmas(made, sorts)
    for source in (sorts.replica, sorts.epoch):
        made.waive(source, sorts.replica, "a stale leader is harmless while *some* member has not left: z3 copes")
    guards = {guard for names in made.guards().values() for guard in names}
    off = {rule for rule, value in rules._asdict().items() if value is False}
    if "high_watermark_waits_for_isr" in off:  # then it does not matter in which epoch those are that it waits for
        off.add("high_watermark_fenced")
    for rule in guards & off:
        made = made.without_guard(rule)
    return made


VARIANTS: dict[str, tuple[Any, ...]] = {
    rule: (False,) if value is True else ("high_watermark", "leader_epoch", "none")
    for rule, value in Rules()._asdict().items()
}
"""Every rule with what else it may say."""

UNSAID = {
    "deposed_leader_steps_down": "a replica of the proof believes in the leader of its epoch by construction",
    "high_watermark_only_grows": "the high watermark of the proof has no way back",
}
"""Rules that the proof does not depend on."""


def gaps() -> list[str]:
    """Where the model does what the proof does not know: see `prover/lockstep.py`."""
    check, found = lockstep(PROOF.theory), []
    for bounds in LOCKSTEP_BOUNDS:
        walk = check.run(model(*bounds))
        found += [f"lockstep, {bounds}: {gap}" for gap in walk.gaps]
        found += [f"lockstep, {bounds}: {name} never happens" for name, count in walk.fired.items() if not count]
        if not walk.exhausted and not walk.gaps:
            found.append(f"lockstep, {bounds}: only {walk.pairs} pairs were seen")
    return found


def checks() -> list[str]:
    """Gaps, guards and lemmas that nothing needs, rules without which the proof holds all the same."""
    assert PROOF.needs_path is not None
    return gaps() + needs.faults(PROOF, needs.load(PROOF.needs_path))


PROOF = Proof(
    theory(),
    Path(__file__).with_name("proof_premises.toml"),
    {"Replica": 3, "Record": 2, "Offset": 3, "Epoch": 4},
    needs_path=Path(__file__).with_name("proof_needs.toml"),
    spare=SPARE,
    variants={
        f"{rule} = {value}": theory(Rules()._replace(**{rule: value}))
        for rule, values in VARIANTS.items()
        if rule not in UNSAID
        for value in values
    },
    lockstep=checks,
)


def campaign_row() -> Row:
    """What `nilometer prove replication --z3` shows."""
    return PROOF.row(MACHINE.name)
