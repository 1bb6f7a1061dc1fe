"""What replication by messages promises, and what must be reachable in it."""

from __future__ import annotations

from itertools import pairwise

from nilometer_models.protocols.replication_messages.model import MACHINE
from nilometer_models.protocols.replication_messages.state import View, replica


@MACHINE.invariant("R1", "V2")
def committed_within_isr(view: View) -> bool:
    """Everything below the high watermark of a replica that believes to lead is on every member of the ISR, equal."""
    s = view.state
    return all(
        replica(s, member).log[: own.high_watermark] == own.log[: own.high_watermark]
        for r, own in enumerate(s.replicas, start=1)
        if own.leader == r
        for member in s.decision.isr
    )


@MACHINE.invariant("L1", "R10")
def log_matching(view: View) -> bool:
    """Where two logs have the same leader epoch at an offset, they have the same record there, and before it."""
    logs = [own.log for own in view.state.replicas]
    return all(
        one[: offset + 1] == other[: offset + 1]
        for one in logs
        for other in logs
        for offset in range(min(len(one), len(other)))
        if one[offset].epoch == other[offset].epoch
    )


@MACHINE.invariant("R6", "R12")
def epochs_are_remembered(view: View) -> bool:
    """Each replica knows where each epoch of its log begins."""
    for own in view.state.replicas:
        starts = {one.epoch: one.start for one in own.epochs}
        for offset, entry in enumerate(own.log):
            is_first = offset == 0 or own.log[offset - 1].epoch != entry.epoch
            if is_first and starts.get(entry.epoch) != offset:
                return False
    return all(one.epoch < other.epoch for own in view.state.replicas for one, other in pairwise(own.epochs))


@MACHINE.invariant("L11", "C8")
def log_start_within_high_watermark(view: View) -> bool:
    """Nothing is deleted that is not committed."""
    return all(own.log_start <= own.high_watermark for own in view.state.replicas)


@MACHINE.step_property("V2", "V6", "L2")
def reads_are_repeatable(before: View, after: View) -> bool:
    """What a reader was shown at an offset is never another record, whichever replica it reads."""
    old, new = before.state.reader.shown, after.state.reader.shown
    return new[: len(old)] == old


@MACHINE.step_property("V2")
def only_committed_is_shown(before: View, after: View) -> bool:
    """A reader is shown nothing new at or above the high watermark of every replica."""
    marks = [own.high_watermark for own in before.state.replicas]
    return after.state.reader.shown == before.state.reader.shown or len(after.state.reader.shown) <= max(
        len(before.state.reader.shown), *marks
    )


@MACHINE.step_property("V1", "V3")
def the_end_never_goes_back(before: View, after: View) -> bool:
    """The end of the log that a reader is told never falls."""
    return after.state.reader.end >= before.state.reader.end


@MACHINE.step_property("V6")
def readers_go_into_the_isr(before: View, after: View) -> bool:
    """A reader is sent to a member of the ISR only."""
    at = after.state.reader.at
    return at == before.state.reader.at or at in before.state.decision.isr


@MACHINE.witness("R10")
def a_follower_is_told_to_cut_its_log(view: View) -> bool:
    """Its last records are those of a leader that is gone."""
    return any(own.cut is not None and own.cut < len(own.log) for own in view.state.replicas)


@MACHINE.witness("R7")
def an_answer_comes_too_late(view: View) -> bool:
    """The follower has heard of another epoch meanwhile."""
    s = view.state
    return any(replica(s, answer.follower).epoch > answer.epoch for answer in s.responses)


@MACHINE.witness("R6")
def an_epoch_without_records(view: View) -> bool:
    """A leader remembers where an epoch began in which it wrote nothing."""
    return any(own.epochs and own.epochs[-1].start == len(own.log) > 0 for own in view.state.replicas)


@MACHINE.witness("V1")
def the_end_is_not_available(view: View) -> bool:
    """A new leader does not know what its predecessor had committed (KIP-207)."""
    s = view.state
    return any(own.leader == r and own.high_watermark < own.epoch_start for r, own in enumerate(s.replicas, start=1))
