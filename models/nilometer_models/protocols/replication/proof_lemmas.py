"""What is true of every reachable state of replication, so strong that every step keeps it true.

    goal           committed records are on every ISR member; all below any high watermark is committed
    order          epochs along a log
    epoch logs     a log agrees with the log of each epoch that it has entries of, and with its leader's
    records        an epoch's leader wrote one record at an offset
    leaders        one an epoch; it knows the ISR while it is the true one
    commit         what an epoch has committed, later ones know
    stale leaders  while nobody in its ISR has left it, a leader cannot be outrun

Read them in this order; the argument goes from the last to the first.
"""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import all_of, equal, implies, negate
from nilometer_models.protocols.replication.proof_state import Sorts
from nilometer_models.prover import State, Theory, every, some


def lemmas(theory: Theory, sorts: Sorts) -> None:
    """Register all."""
    _goal(theory, sorts)
    _order(theory, sorts)
    _epoch_logs(theory, sorts)
    _records(theory, sorts)
    _leaders(theory, sorts)
    _isr(theory, sorts)
    _commit(theory, sorts)
    _stale_leaders(theory, sorts)
    _waiting_leaders(theory, sorts)


def _goal(theory: Theory, sorts: Sorts) -> None:
    replica, _, offset, epoch = sorts

    @theory.lemma("goal")
    def isr_holds_committed(s: State) -> Any:
        """Every member of the ISR has every committed entry."""
        return every(
            replica, offset, epoch, epoch,
            lambda m, o, x, y: implies(all_of(s.in_isr(m), s.committed(o, x, y)), s.in_log(m, o, x)),
        )  # fmt: skip

    @theory.lemma("goal")
    def below_high_watermark_is_committed(s: State) -> Any:
        """What a replica has below its high watermark was committed."""
        return every(
            replica, offset,
            lambda r, o: implies(
                offset.below(o, s.high_watermark(r)),
                all_of(s.holds(r, o), s.committed(o, s.entry_epoch(r, o), s.committed_by(r))),
            ),
        )  # fmt: skip


def _order(theory: Theory, sorts: Sorts) -> None:
    replica, _, offset, epoch = sorts

    @theory.lemma("order")
    def epochs_never_fall_along_log(s: State) -> Any:
        """A later entry has no earlier epoch."""
        return every(
            replica, offset, offset,
            lambda r, o, p: implies(
                all_of(offset.at_most(o, p), s.holds(r, p)), epoch.at_most(s.entry_epoch(r, o), s.entry_epoch(r, p))
            ),
        )  # fmt: skip

    @theory.lemma("order")
    def entries_are_no_later_than_replica(s: State) -> Any:
        """No entry is of a later epoch than the replica has heard of."""
        return every(
            replica, offset,
            lambda r, o: implies(s.holds(r, o), epoch.at_most(s.entry_epoch(r, o), s.epoch_of(r))),
        )  # fmt: skip


def _epoch_logs(theory: Theory, sorts: Sorts) -> None:
    replica, _, offset, epoch = sorts

    @theory.lemma("epoch logs")
    def epoch_log_has_one_entry_an_offset(s: State) -> Any:
        """The log of an epoch has one entry at an offset."""
        return every(
            epoch, offset, epoch, epoch,
            lambda e, o, x, y: implies(all_of(s.epoch_log(e, o, x), s.epoch_log(e, o, y)), equal(x, y)),
        )  # fmt: skip

    @theory.lemma("epoch logs")
    def epoch_log_is_of_active_epochs(s: State) -> Any:
        """Only an epoch whose leader took over has a log, with entries of such epochs."""
        return every(
            epoch, offset, epoch,
            lambda e, o, x: implies(s.epoch_log(e, o, x), all_of(s.active(e), s.active(x))),
        )  # fmt: skip

    @theory.lemma("epoch logs")
    def prefix_of_an_entry(s: State) -> Any:
        """Up to an entry, a log is the log of the entry's epoch."""
        return every(
            replica, offset, offset,
            lambda r, o, p: implies(
                all_of(offset.at_most(o, p), s.holds(r, p)),
                s.epoch_log(s.entry_epoch(r, p), o, s.entry_epoch(r, o)),
            ),
        )  # fmt: skip

    @theory.lemma("epoch logs")
    def log_of_a_leader(s: State) -> Any:
        """The log of a replica that believes to lead is the log of its epoch."""
        return every(
            replica, offset, epoch,
            lambda r, o, x: implies(s.leads(r), equal(s.epoch_log(s.epoch_of(r), o, x), s.in_log(r, o, x))),
        )  # fmt: skip

    @theory.lemma("epoch logs")
    def log_of_a_follower(s: State) -> Any:
        """The log of a follower is a prefix of the log of its epoch."""
        return every(
            replica, replica, offset,
            lambda r, leader, o: implies(
                all_of(s.follows(r, leader), s.holds(r, o)), s.epoch_log(s.epoch_of(r), o, s.entry_epoch(r, o))
            ),
        )  # fmt: skip


def _records(theory: Theory, sorts: Sorts) -> None:
    replica, record, offset, epoch = sorts

    @theory.lemma("records")
    def one_record_an_epoch_and_offset(s: State) -> Any:
        """The leader of an epoch writes one record at an offset."""
        return every(
            epoch, offset, record, record,
            lambda e, o, v, w: implies(all_of(s.written(e, o, v), s.written(e, o, w)), equal(v, w)),
        )  # fmt: skip

    @theory.lemma("records")
    def written_is_in_epoch_log(s: State) -> Any:
        """What the leader of an epoch wrote is in the epoch's log."""
        return every(epoch, offset, record, lambda e, o, v: implies(s.written(e, o, v), s.epoch_log(e, o, e)))

    @theory.lemma("records")
    def entry_was_written_by_its_leader(s: State) -> Any:
        """The record of an entry is what the leader of its epoch wrote there."""
        return every(
            replica, offset,
            lambda r, o: implies(s.holds(r, o), s.written(s.entry_epoch(r, o), o, s.entry_record(r, o))),
        )  # fmt: skip


def _leaders(theory: Theory, sorts: Sorts) -> None:
    replica, _, _, epoch = sorts

    @theory.lemma("leaders")
    def one_leader_an_epoch(s: State) -> Any:
        """An epoch elects one leader."""
        return every(
            epoch, replica, replica,
            lambda e, a, b: implies(all_of(s.elected(e, a), s.elected(e, b)), equal(a, b)),
        )  # fmt: skip

    @theory.lemma("leaders")
    def elections_are_past(s: State) -> Any:
        """No epoch later than the controller's has elected anybody, nor has the one before the first."""
        return every(
            epoch, replica,
            lambda e, r: implies(
                s.elected(e, r), all_of(epoch.at_most(e, s.current_epoch()), epoch.below(epoch.least, e))
            ),
        )  # fmt: skip

    @theory.lemma("leaders")
    def replicas_know_the_past(s: State) -> Any:
        """No replica has heard of a later epoch than the controller's."""
        return every(replica, lambda r: epoch.at_most(s.epoch_of(r), s.current_epoch()))

    @theory.lemma("leaders")
    def active_epochs_are_past(s: State) -> Any:
        """No epoch later than the controller's is active."""
        return every(epoch, lambda e: implies(s.active(e), epoch.at_most(e, s.current_epoch())))

    @theory.lemma("leaders")
    def epoch_of_a_leader_is_active(s: State) -> Any:
        """A replica that believes to lead has taken over."""
        return every(replica, lambda r: implies(s.leads(r), s.active(s.epoch_of(r))))

    @theory.lemma("leaders")
    def epoch_is_active_once_its_leader_took_over(s: State) -> Any:
        """Where the elected replica has not heard of its election, the epoch is not active."""
        return every(epoch, replica, lambda e, r: implies(s.waits_to_lead(e, r), negate(s.active(e))))


def _isr(theory: Theory, sorts: Sorts) -> None:
    replica, _, _, epoch = sorts

    @theory.lemma("leaders")
    def leader_within_isr(s: State) -> Any:
        """The leader of the current epoch is in the ISR."""
        return every(replica, lambda r: implies(s.elected(s.current_epoch(), r), s.in_isr(r)))

    @theory.lemma("leaders")
    def isr_has_a_member(s: State) -> Any:
        """The ISR is not empty."""
        return some(replica, s.in_isr)

    @theory.lemma("leaders")
    def elected_within_its_isr(s: State) -> Any:
        """A leader was elected from the ISR of that time."""
        return every(epoch, replica, lambda e, r: implies(s.elected(e, r), s.elected_isr(e, r)))

    @theory.lemma("leaders")
    def true_leader_knows_isr(s: State) -> Any:
        """The leader of the current epoch works with the ISR of the controller."""
        return every(
            replica, replica,
            lambda r, m: implies(s.leads_currently(r), equal(s.local_isr(r, m), s.in_isr(m))),
        )  # fmt: skip

    @theory.lemma("leaders")
    def waiting_leader_gets_isr(s: State) -> Any:
        """The leader of the current epoch that has not heard of its election will start with the ISR as it is."""
        return every(
            replica, replica,
            lambda r, m: implies(
                s.waits_to_lead(s.current_epoch(), r), equal(s.elected_isr(s.current_epoch(), m), s.in_isr(m))
            ),
        )  # fmt: skip


def _commit(theory: Theory, sorts: Sorts) -> None:
    replica, _, offset, epoch = sorts

    @theory.lemma("commit")
    def later_epochs_have_what_was_committed(s: State) -> Any:
        """What an epoch has committed is in the log of it and of every later active epoch."""
        return every(
            offset, epoch, epoch, epoch,
            lambda o, x, y, e: implies(
                all_of(s.committed(o, x, y), epoch.at_most(y, e), s.active(e)), s.epoch_log(e, o, x)
            ),
        )  # fmt: skip

    @theory.lemma("commit")
    def isr_has_heard_of_committing_epoch(s: State) -> Any:
        """A member of the ISR knows an epoch at least as late as any that has committed."""
        return every(
            replica, offset, epoch, epoch,
            lambda m, o, x, y: implies(
                all_of(s.in_isr(m), s.committed(o, x, y)), epoch.at_most(y, s.epoch_of(m))
            ),
        )  # fmt: skip

    @theory.lemma("commit")
    def true_leader_commits_below_its_high_watermark(s: State) -> Any:
        """What the current epoch has committed is below its leader's high watermark."""
        return every(
            replica, offset, epoch,
            lambda r, o, x: implies(
                all_of(s.leads_currently(r), s.committed(o, x, s.current_epoch())),
                offset.below(o, s.high_watermark(r)),
            ),
        )  # fmt: skip

    @theory.lemma("commit")
    def committed_before_is_below_epoch_start(s: State) -> Any:
        """What earlier epochs have committed is below the offset at which the true leader took over."""
        return every(
            replica, offset, epoch, epoch,
            lambda r, o, x, y: implies(
                all_of(s.leads_currently(r), s.committed(o, x, y), epoch.below(y, s.current_epoch())),
                offset.below(o, s.epoch_start(r)),
            ),
        )  # fmt: skip

    @theory.lemma("commit")
    def waiting_leader_holds_committed(s: State) -> Any:
        """A leader that has not heard of its election has what earlier epochs have committed."""
        return every(
            epoch, replica, offset, epoch, epoch,
            lambda e, r, o, x, y: implies(
                all_of(s.waits_to_lead(e, r), s.committed(o, x, y), epoch.at_most(y, e)),
                all_of(s.in_log(r, o, x), epoch.at_most(y, s.epoch_of(r))),
            ),
        )  # fmt: skip


def _stale_leaders(theory: Theory, sorts: Sorts) -> None:
    replica, _, _, epoch = sorts

    def nobody_has_left(s: State, leader: Any) -> Any:
        return every(
            replica, lambda m: implies(s.local_isr(leader, m), epoch.at_most(s.epoch_of(m), s.epoch_of(leader)))
        )

    @theory.lemma("stale leaders")
    def stale_leader_covers_isr(s: State) -> Any:
        """While no member of its ISR has heard of a later epoch, a leader's ISR covers the true one."""
        return every(
            replica, replica,
            lambda r, m: implies(all_of(s.leads(r), nobody_has_left(s, r), s.in_isr(m)), s.local_isr(r, m)),
        )  # fmt: skip

    @theory.lemma("stale leaders")
    def stale_leader_is_the_last(s: State) -> Any:
        """… and no later epoch is active."""
        return every(
            replica, epoch,
            lambda r, e: implies(
                all_of(s.leads(r), nobody_has_left(s, r), epoch.below(s.epoch_of(r), e)), negate(s.active(e))
            ),
        )  # fmt: skip

    @theory.lemma("stale leaders")
    def stale_leader_covers_later_elections(s: State) -> Any:
        """… and later leaders were elected with an ISR that lies within its own."""
        return every(
            replica, epoch, replica, replica,
            lambda r, e, q, m: implies(
                all_of(
                    s.leads(r), nobody_has_left(s, r), epoch.below(s.epoch_of(r), e),
                    s.elected(e, q), s.elected_isr(e, m),
                ),
                s.local_isr(r, m),
            ),
        )  # fmt: skip


def _waiting_leaders(theory: Theory, sorts: Sorts) -> None:
    replica, _, _, epoch = sorts

    def nobody_has_left(s: State, e: Any) -> Any:
        return every(replica, lambda m: implies(s.elected_isr(e, m), epoch.at_most(s.epoch_of(m), e)))

    @theory.lemma("stale leaders")
    def waiting_leader_covers_isr(s: State) -> Any:
        """The same of a leader that has not heard of its election, and the ISR that it was elected with."""
        return every(
            epoch, replica, replica,
            lambda e, r, m: implies(
                all_of(s.waits_to_lead(e, r), nobody_has_left(s, e), s.in_isr(m)), s.elected_isr(e, m)
            ),
        )  # fmt: skip

    @theory.lemma("stale leaders")
    def waiting_leader_is_the_last(s: State) -> Any:
        """… no later epoch is active."""
        return every(
            epoch, replica, epoch,
            lambda e, r, later: implies(
                all_of(s.waits_to_lead(e, r), nobody_has_left(s, e), epoch.below(e, later)), negate(s.active(later))
            ),
        )  # fmt: skip

    @theory.lemma("stale leaders")
    def waiting_leader_covers_later_elections(s: State) -> Any:
        """… and later leaders were elected with an ISR within its own."""
        return every(
            epoch, replica, epoch, replica, replica,
            lambda e, r, later, q, m: implies(
                all_of(
                    s.waits_to_lead(e, r), nobody_has_left(s, e), epoch.below(e, later),
                    s.elected(later, q), s.elected_isr(later, m),
                ),
                s.elected_isr(e, m),
            ),
        )  # fmt: skip
