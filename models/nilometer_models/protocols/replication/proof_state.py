"""Replication without bounds: the symbols of the state, what follows from them, and how a goal sees them.

What is keyed by an epoch is a relation and no function, so that sorts make each other in one direction only: from
replicas to offsets, epochs and records. Epochs count from -1 ("has heard of nothing"), their least element.

`believes(r)` is no symbol: a replica believes in the leader of the decision that it has heard of, which is the one of
its epoch. Ghosts remember what no replica does: whole logs of epochs, and what was ever committed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from nilometer_models.invariants import replication as goals
from nilometer_models.logic import all_of, equal, implies, negate
from nilometer_models.protocols.replication.model import GOALS, STEP_GOALS
from nilometer_models.prover import OrderedSort, Sort, State, Theory, every


class Sorts(NamedTuple):
    """What is unbounded."""

    replica: Sort
    record: Sort
    offset: OrderedSort
    epoch: OrderedSort


def symbols(theory: Theory) -> Sorts:
    """Declare the sorts, the symbols and their initial values."""
    replica, record = theory.sort("Replica"), theory.sort("Record")
    offset, epoch = theory.ordered("Offset"), theory.ordered("Epoch")
    sorts = Sorts(replica, record, offset, epoch)
    # The controller: its last decision, and those that it has published.
    theory.function("current_epoch", to=epoch)
    theory.relation("in_isr", replica)
    theory.relation("elected", epoch, replica)
    theory.relation("elected_isr", epoch, replica)
    # A replica, and its log.
    theory.function("epoch_of", replica, to=epoch)
    theory.function("high_watermark", replica, to=offset)
    theory.function("epoch_start", replica, to=offset)
    theory.relation("local_isr", replica, replica)
    theory.function("log_end", replica, to=offset)
    theory.function("entry_epoch", replica, offset, to=epoch, where=_within_log)
    theory.function("entry_record", replica, offset, to=record, where=_within_log)
    # Ghosts.
    theory.relation("active", epoch, ghost=True)
    """Its leader has taken over."""
    theory.relation("epoch_log", epoch, offset, epoch, ghost=True)
    """epoch_log(e, o, x): the log of the leader of e had an entry of epoch x at o."""
    theory.relation("written", epoch, offset, record, ghost=True)
    """written(e, o, v): the leader of e wrote record v at o."""
    theory.relation("committed", offset, epoch, epoch, ghost=True)
    """committed(o, x, y): the leader of y had the entry of epoch x at o below its high watermark."""
    theory.function("committed_by", replica, to=epoch, ghost=True)
    """An epoch whose leader committed all that is below the replica's high watermark."""
    _definitions(theory, sorts)
    _initially(theory, sorts)
    for goal in GOALS.values():
        theory.goal(goal, lambda state: View(sorts, state))
    theory.goal(goals.replicas_agree_below_high_watermark, lambda state: View(sorts, state))
    theory.step_goal(_committed_is_committed(sorts), lambda state: state)
    for step_goal in STEP_GOALS.values():
        theory.step_goal(step_goal, lambda state: View(sorts, state))
    return sorts


def _within_log(s: State, r: Any, o: Any) -> Any:
    return s.holds(r, o)


def _committed_is_committed(sorts: Sorts) -> Callable[[State, State], Any]:
    def committed_is_committed(before: State, after: State) -> Any:
        """The ghost forgets nothing: that every ISR member has what was committed means for ever."""
        return every(
            sorts.offset, sorts.epoch, sorts.epoch,
            lambda o, x, y: implies(before.committed(o, x, y), after.committed(o, x, y)),
        )  # fmt: skip

    return committed_is_committed


def _definitions(theory: Theory, sorts: Sorts) -> None:
    @theory.define
    def leads(s: State, r: Any) -> Any:
        return s.elected(s.epoch_of(r), r)

    @theory.define
    def follows(s: State, follower: Any, leader: Any) -> Any:
        return all_of(negate(equal(follower, leader)), s.elected(s.epoch_of(follower), leader))

    @theory.define
    def leads_currently(s: State, r: Any) -> Any:
        return all_of(s.leads(r), equal(s.epoch_of(r), s.current_epoch()))

    @theory.define
    def waits_to_lead(s: State, e: Any, r: Any) -> Any:
        """It was elected in e and has not heard of it."""
        return all_of(s.elected(e, r), sorts.epoch.below(s.epoch_of(r), e))

    @theory.define
    def holds(s: State, r: Any, o: Any) -> Any:
        return sorts.offset.below(o, s.log_end(r))

    @theory.define
    def in_log(s: State, r: Any, o: Any, x: Any) -> Any:
        return all_of(s.holds(r, o), equal(s.entry_epoch(r, o), x))


def _initially(theory: Theory, sorts: Sorts) -> None:
    replica, record, offset, epoch = sorts

    @theory.initially
    def nothing_was_decided(s: State) -> Any:
        return all_of(
            equal(s.current_epoch(), epoch.least),
            every(replica, s.in_isr),
            every(epoch, replica, lambda e, r: negate(s.elected(e, r))),
            every(epoch, lambda e: negate(s.active(e))),
        )

    @theory.initially
    def logs_are_empty(s: State) -> Any:
        return every(
            replica,
            lambda r: all_of(
                equal(s.epoch_of(r), epoch.least),
                equal(s.log_end(r), offset.least),
                equal(s.high_watermark(r), offset.least),
            ),
        )

    @theory.initially
    def nothing_was_written(s: State) -> Any:
        return all_of(
            every(epoch, offset, epoch, lambda e, o, x: negate(s.epoch_log(e, o, x))),
            every(epoch, offset, record, lambda e, o, v: negate(s.written(e, o, v))),
            every(offset, epoch, epoch, lambda o, x, y: negate(s.committed(o, x, y))),
        )


class View(NamedTuple):
    """A state of the proof as the goals of `invariants/replication.py` ask it."""

    sorts: Sorts
    state: State

    @property
    def replicas(self) -> Sort:
        return self.sorts.replica

    @property
    def offsets(self) -> Sort:
        return self.sorts.offset

    def believes_to_lead(self, r: Any) -> Any:
        return self.state.leads(r)

    def in_isr(self, r: Any) -> Any:
        return self.state.in_isr(r)

    def below_high_watermark(self, r: Any, offset: Any) -> Any:
        return self.sorts.offset.below(offset, self.state.high_watermark(r))

    def holds(self, r: Any, offset: Any) -> Any:
        return self.state.holds(r, offset)

    def same_epoch(self, r: Any, q: Any, offset: Any) -> Any:
        s = self.state
        return all_of(s.holds(r, offset), s.holds(q, offset), equal(s.entry_epoch(r, offset), s.entry_epoch(q, offset)))

    def same_entry(self, r: Any, q: Any, offset: Any) -> Any:
        s = self.state
        return all_of(self.same_epoch(r, q, offset), equal(s.entry_record(r, offset), s.entry_record(q, offset)))

    def not_after(self, offset: Any, other: Any) -> Any:
        return self.sorts.offset.at_most(offset, other)

    def epoch_not_later(self, r: Any, offset: Any, other: Any) -> Any:
        s = self.state
        return all_of(
            s.holds(r, offset),
            s.holds(r, other),
            self.sorts.epoch.at_most(s.entry_epoch(r, offset), s.entry_epoch(r, other)),
        )

    def leader_epoch(self, r: Any) -> Any:
        return self.state.epoch_of(r)

    @property
    def epochs(self) -> Sort:
        return self.sorts.epoch

    def has_heard_of(self, r: Any, epoch: Any) -> Any:
        return self.sorts.epoch.at_most(epoch, self.state.epoch_of(r))

    def has_decided(self, epoch: Any) -> Any:
        return self.sorts.epoch.at_most(epoch, self.state.current_epoch())

    def is_elected(self, r: Any) -> Any:
        return self.state.elected(self.state.current_epoch(), r)
