"""What a metadata quorum promises."""

from __future__ import annotations

from itertools import combinations

from nilometer_models.protocols.metadata_quorum.office import MACHINE
from nilometer_models.protocols.metadata_quorum.state import View, majority, voters_of

__all__ = ["MACHINE"]


@MACHINE.invariant("R14", "R4")
def one_leader_per_epoch(view: View) -> bool:
    """No two replicas lead in the same epoch."""
    epochs = [r.epoch for r in view.state.replicas if r.role == "leader"]
    return len(epochs) == len(set(epochs))


@MACHINE.invariant("R14", "L1")
def log_matching(view: View) -> bool:
    """Where two logs have the same epoch at an offset, they have the same records up to there."""
    return all(
        one[: offset + 1] == other[: offset + 1]
        for one, other in combinations([r.log for r in view.state.replicas], 2)
        for offset in range(min(len(one), len(other)))
        if one[offset].epoch == other[offset].epoch
    )


@MACHINE.invariant("R14", "R1")
def leader_completeness(view: View) -> bool:
    """A leader has everything that was committed before its epoch began."""
    committed = view.state.committed
    return all(
        r.log[: len(committed)] == committed
        for r in view.state.replicas
        if r.role == "leader" and committed and r.epoch >= committed[-1].epoch
    )


@MACHINE.invariant("R14", "R2")
def majority_of_voters_has_high_watermark(view: View) -> bool:
    """What is below a leader's high watermark is durable on a majority of its last or its committed voters."""
    c, s = view.config, view.state
    for leader in s.replicas:
        if leader.role != "leader":
            continue
        mark = leader.high_watermark
        has = {
            number
            for number, r in enumerate(s.replicas, start=1)
            if r.flushed >= mark and r.log[:mark] == leader.log[:mark]
        }
        sets = (voters_of(c, leader.log), voters_of(c, leader.log[:mark]))
        if not any(len(has & voters) >= majority(voters) for voters in sets):
            return False
    return True


@MACHINE.invariant("R14")
def only_voters_campaign(view: View) -> bool:
    """Whoever stands for election is in the voter set of its own log."""
    return all(
        number in voters_of(view.config, r.log)
        for number, r in enumerate(view.state.replicas, start=1)
        if r.role in ("prospective", "candidate")
    )


@MACHINE.invariant("R14")
def snapshot_ends_at_log_start(view: View) -> bool:
    """The log begins where the last snapshot ends."""
    return all(r.snapshot == r.start for r in view.state.replicas)


@MACHINE.invariant("R14", "L1")
def image_is_fold_of_log(view: View) -> bool:
    """What a replica shows, the fold of its snapshot and its log to the high watermark, is what was committed."""
    committed = view.state.committed
    return all(
        len(r.log) >= end and r.log[:end] == committed[:end]
        for r in view.state.replicas
        for end in (max(r.start, r.high_watermark),)
    )


@MACHINE.step_property("R14", "V1")
def high_watermark_never_falls(before: View, after: View) -> bool:
    """The high watermark of a replica that goes on running does not go back."""
    return after.state.crashes > before.state.crashes or all(
        new.high_watermark >= old.high_watermark
        for old, new in zip(before.state.replicas, after.state.replicas, strict=True)
    )


@MACHINE.step_property("R14", "L1")
def committed_prefix_immutable(before: View, after: View) -> bool:
    """What was committed stays: only more is committed."""
    committed = before.state.committed
    return after.state.committed[: len(committed)] == committed


@MACHINE.step_property("R14", "R5")
def epochs_grow(before: View, after: View) -> bool:
    """No replica's epoch goes back, and in an epoch nobody changes its vote."""
    return all(
        old.epoch < new.epoch or (old.epoch == new.epoch and (old.voted is None or old.voted == new.voted))
        for old, new in zip(before.state.replicas, after.state.replicas, strict=True)
    )


@MACHINE.leads_to("R14", "A7", fair=["CheckQuorum"])
def a_cut_off_leader_steps_down(view: View) -> tuple[bool, bool]:
    """A leader that hears from no majority of the voters gives up its office."""
    s = view.state
    is_cut_off = any(s.replicas[r - 1].role == "leader" for r in s.cut)
    return is_cut_off, not is_cut_off


@MACHINE.witness("R14")
def a_leader_outside_the_voter_set(view: View) -> bool:
    """A leader has removed itself, and leads until that is committed (KIP-853)."""
    return any(
        r.role == "leader" and number not in voters_of(view.config, r.log)
        for number, r in enumerate(view.state.replicas, start=1)
    )


@MACHINE.witness("R14")
def two_leaders_at_once(view: View) -> bool:
    """A deposed leader has not heard of its successor."""
    return sum(r.role == "leader" for r in view.state.replicas) > 1


@MACHINE.witness("R14")
def a_snapshot_was_fetched(view: View) -> bool:
    """A replica has a snapshot, and the records of it never in its log."""
    return sum(r.snapshot > 0 for r in view.state.replicas) > view.state.snapshots


@MACHINE.witness("R14")
def an_observer_became_a_voter(view: View) -> bool:
    """The voter set has grown, and that is committed."""
    return len(voters_of(view.config, view.state.committed)) > view.config.voters


@MACHINE.witness("R14")
def logs_diverge(view: View) -> bool:
    """Two logs have different records at one offset."""
    return any(
        one[offset] != other[offset]
        for one, other in combinations([r.log for r in view.state.replicas], 2)
        for offset in range(min(len(one), len(other)))
    )
