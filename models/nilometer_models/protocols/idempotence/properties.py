"""What idempotence promises: the goals of `invariants/idempotence.py`, and what this model has beside them."""

from __future__ import annotations

from itertools import pairwise

from nilometer_models.invariants import idempotence as goals
from nilometer_models.protocols.idempotence.model import MACHINE
from nilometer_models.protocols.idempotence.state import NOTHING, View, fold

GOALS = {
    "no_duplicate": goals.no_duplicate,
    "order_kept": goals.order_kept,
    "no_hole": goals.no_hole,
    "acked_at_its_offset": goals.acked_at_its_offset,
    "epochs_never_fall_along_log": goals.epochs_never_fall_along_log,
}
"""The texts that are proved, by the names of the invariants that the explorer evaluates: the same, but faster."""


@MACHINE.invariant("I1", "I3", "I7", "C7")
def no_duplicate(view: View) -> bool:
    """No batch lies at two offsets, deleted ones included."""
    return len({entry.batch for entry in view.state.log}) == len(view.state.log)


@MACHINE.invariant("L8")
def order_kept(view: View) -> bool:
    """A batch that was sent later does not lie before one that was sent earlier."""
    return all(one.batch <= other.batch for one, other in pairwise(view.state.log))


@MACHINE.invariant("I4", "L8")
def no_hole(view: View) -> bool:
    """Wherever a batch lies, the batch that was sent before it lies at a lower offset."""
    seen = {0}
    for entry in view.state.log:
        if entry.batch - 1 not in seen:
            return False
        seen.add(entry.batch)
    return True


@MACHINE.invariant("I2", "R13")
def acked_at_its_offset(view: View) -> bool:
    """An acknowledged batch lies at the offset that the client was told, and is replicated."""
    s = view.state
    return all(
        offset == NOTHING or (offset < s.replicated and s.log[offset].batch == batch)
        for batch, offset in enumerate(s.acked, start=1)
    )


@MACHINE.invariant("I7", "C7", "I11")
def state_is_fold_of_log(view: View) -> bool:
    """The producer's state is what follows from the log, but for what was legally forgotten."""
    return view.state.producer == fold(view.config, view.state.log, view.state.forgotten)


@MACHINE.invariant("I5")
def epochs_never_fall_along_log(view: View) -> bool:
    """A batch of an older epoch never lies behind one of a newer epoch."""
    return all(one.epoch <= other.epoch for one, other in pairwise(view.state.log))


@MACHINE.invariant("I2", "I6", "I8")
def bump_means_forgotten(view: View) -> bool:
    """A client begins a new epoch because of this partition only if the partition has forgotten it."""
    s = view.state
    elsewhere = view.config.bumps - s.left.bumps
    return s.client.epoch <= elsewhere or s.forgotten > 0


@MACHINE.step_property("I4", "I7")
def state_moves_with_log(before: View, after: View) -> bool:
    """While the log stays as it is, the producer's state stays, or is legally forgotten."""
    old, new = before.state, after.state
    return old.log != new.log or old.producer == new.producer or old.forgotten != new.forgotten


@MACHINE.always_possible("I2", "I4", "I6")
def all_acknowledged(view: View) -> bool:
    """Every batch is acknowledged."""
    return NOTHING not in view.state.acked


@MACHINE.witness("I6")
def wraps_around(view: View) -> bool:
    """The sequence 0 follows the last one in the log, within one epoch."""
    return any(one.epoch == other.epoch and other.sequence < one.sequence for one, other in pairwise(view.state.log))


@MACHINE.witness("I1", "I2")
def duplicate_is_answered(view: View) -> bool:
    """A retry was recognised."""
    return any(answer.verdict == "duplicate" for answer in view.state.answers)


@MACHINE.witness("I4")
def gap_is_refused(view: View) -> bool:
    """A batch was refused because one before it is missing."""
    return any(answer.verdict == "out_of_order" for answer in view.state.answers)


@MACHINE.witness("I8")
def forgotten_producer_goes_on(view: View) -> bool:
    """A producer that was forgotten is acknowledged again."""
    s = view.state
    return 0 < s.forgotten < s.replicated and s.acked[s.log[s.forgotten].batch - 1] != NOTHING


@MACHINE.witness("I7")
def late_request_after_a_retry(view: View) -> bool:
    """A request of a broken connection is still under way when its batch is already acknowledged."""
    s = view.state
    return any(s.acked[late.batch - 1] != NOTHING for wire in s.wires[: s.connection - 1] for late in wire)


@MACHINE.witness("I5")
def late_request_of_an_old_epoch(view: View) -> bool:
    """A request of an older epoch is under way to a leader that knows the newer one."""
    s = view.state
    return s.producer is not None and any(late.epoch < s.producer.epoch for wire in s.wires for late in wire)


@MACHINE.witness("L8", "I7")
def acknowledged_out_of_order(view: View) -> bool:
    """A batch is acknowledged before one that was sent earlier: an answer was lost, or an append failed."""
    acked = view.state.acked
    return any(one == NOTHING and other != NOTHING for one, other in pairwise(acked))
