"""What a coordinator promises: memory is the fold of the log, and what was answered is in every later one."""

from __future__ import annotations

from nilometer_models.protocols.coordinator_log.fold import folded
from nilometer_models.protocols.coordinator_log.model import MACHINE
from nilometer_models.protocols.coordinator_log.state import View, answer, cleaned, is_current

__all__ = ["MACHINE"]


@MACHINE.invariant("R12", "O6", "T18", "S11")
def state_is_fold_of_log(view: View) -> bool:
    """What a coordinator remembers is the fold of all that was written, whether it has written or read it."""
    return all(
        one.coordinator.memory == folded(one.history, view.config.keys)
        for one in view.state.brokers
        if one.coordinator is not None and is_current(one) and not one.coordinator.failed
    )


@MACHINE.invariant("R12", "G19")
def every_log_loads(view: View) -> bool:
    """No coordinator refuses a log that coordinators have written, compacted or not."""
    return not any(one.coordinator is not None and one.coordinator.failed for one in view.state.brokers)


@MACHINE.invariant("O6", "C1", "S11")
def compaction_changes_no_state(view: View) -> bool:
    """The log amounts to what was written, and a cleaning that ends anywhere below the high watermark keeps it so."""
    c = view.config
    return all(
        folded(cleaned(c, one, end, drops_tombstones=drops), c.keys) == folded(one.history, c.keys)
        for one in view.state.brokers
        for end in range(one.high_watermark + 1)
        for drops in (False, True)
    )


@MACHINE.invariant("O12", "O1", "R1")
def acknowledged_in_every_later_leader(view: View) -> bool:
    """What a client was told of was written to the log of the true leader, too."""
    s = view.state
    return all(told is None or told in s.brokers[s.leader - 1].history for told in s.acknowledged)


@MACHINE.invariant("O1", "O2")
def reads_see_what_was_acknowledged(view: View) -> bool:
    """The true leader's coordinator never answers with less than what a client was told of."""
    c, s = view.config, view.state
    leader = s.brokers[s.leader - 1]
    answered = answer(c, leader)
    if answered is None:
        return True
    for told, found in zip(s.acknowledged, answered, strict=True):
        if told is None or (found is not None and found.offset >= told.offset):
            continue
        removed = any(r.key == told.key and r.kind == "remove" and r.offset >= told.offset for r in leader.history)
        if found is not None or not removed:
            return False
    return True


@MACHINE.invariant("O1", "O6")
def reads_are_committed(view: View) -> bool:
    """Whatever a coordinator answers is below the high watermark: it cannot vanish again."""
    return all(
        found is None or found.offset < one.high_watermark
        for one in view.state.brokers
        for found in answer(view.config, one) or ()
    )


@MACHINE.witness("O12")
def a_deposed_coordinator_still_waits(view: View) -> bool:
    """A write waits for its answer where the partition has gone to another broker, which has loaded it."""
    s = view.state
    old, new = s.brokers[2 - s.leader], s.brokers[s.leader - 1]
    return old.coordinator is not None and bool(old.coordinator.pending) and is_current(new)


@MACHINE.witness("R12")
def an_unanswered_write_survives(view: View) -> bool:
    """A coordinator has loaded a record that no client was told of: the outcome was in doubt."""
    s = view.state
    one = s.brokers[s.leader - 1]
    return is_current(one) and one.coordinator is not None and any(
        record is not None and record not in s.acknowledged for record in one.coordinator.loaded
    )  # fmt: skip


@MACHINE.witness("S11")
def a_compacted_log_was_loaded(view: View) -> bool:
    """A coordinator has loaded a log from which compaction had removed something."""
    return any(
        is_current(one) and one.epoch > 1 and len(one.log) < one.end and one.coordinator is not None
        and any(one.coordinator.loaded) for one in view.state.brokers
    )  # fmt: skip
