"""The actions of `model.py` for any number of replicas, offsets and epochs. Guards bear the names of the rules.

Guards of the model that safety does not need are left out (a leader may be elected again, a last member may be dropped
in vain, a follower that has caught up may leave the ISR, a fetch may bring nothing), and an epoch may be any later one:
the proof is of more than the model.
A value that a formula determines - the next offset, where to cut - is a parameter with a guard.
"""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import all_of, any_of, equal, implies, negate
from nilometer_models.protocols.replication.proof_state import Sorts
from nilometer_models.protocols.replication.state import Rules
from nilometer_models.prover import ANYTHING, State, Step, Theory, choose, every


def actions(theory: Theory, sorts: Sorts, rules: Rules) -> None:
    """Register all, by these rules."""
    _controller(theory, sorts, rules)
    _become_leader(theory, sorts)
    _become_follower(theory, sorts, rules)
    _produce(theory, sorts, rules)
    _fetch(theory, sorts)
    _increase_high_watermark(theory, sorts)
    _change_isr(theory, sorts)


def _controller(theory: Theory, sorts: Sorts, rules: Rules) -> None:
    replica_sort, epoch_sort = sorts.replica, sorts.epoch

    @theory.action("ElectLeader", leader=replica_sort, epoch=epoch_sort)
    def elect_leader(s: State, leader: Any, epoch: Any) -> Step:
        """The controller elects a leader from the ISR, in a later epoch."""

        def isr(member: Any) -> Any:
            return choose(s.in_isr(leader), s.in_isr(member), equal(member, leader))

        return (
            Step(s)
            .require("clean_election", s.in_isr(leader))
            .require("a_later_epoch", epoch_sort.below(s.current_epoch(), epoch))
            .set("current_epoch", to=epoch)
            .set("elected", epoch, to=lambda r: equal(r, leader))
            .set("elected_isr", epoch, to=isr)
            .set("in_isr", to=isr)
        )

    @theory.action("DropReplica", replica=replica_sort, epoch=epoch_sort)
    def drop_replica(s: State, replica: Any, epoch: Any) -> Step:
        """The controller takes a failed replica out of the ISR, and out of office; the last member stays."""
        alone = every(replica_sort, lambda member: implies(s.in_isr(member), equal(member, replica)))

        def isr(member: Any) -> Any:
            goes = negate(alone) if rules.last_member_stays else True
            return all_of(s.in_isr(member), negate(all_of(equal(member, replica), goes)))

        def leads(r: Any) -> Any:
            stays = negate(equal(r, replica)) if rules.drop_ends_office else True
            return all_of(s.elected(s.current_epoch(), r), stays)

        return (
            Step(s)
            .require("a_later_epoch", epoch_sort.below(s.current_epoch(), epoch))
            .set("current_epoch", to=epoch)
            .set("elected", epoch, to=leads)
            .set("elected_isr", epoch, to=isr)
            .set("in_isr", to=isr)
        )


def _become_leader(theory: Theory, sorts: Sorts) -> None:
    @theory.action("BecomeLeader", leader=sorts.replica, epoch=sorts.epoch)
    def become_leader(s: State, leader: Any, epoch: Any) -> Step:
        """The elected replica hears of its election and takes over."""
        return (
            Step(s)
            .require("elected", s.elected(epoch, leader))
            .require("old_decisions_ignored", sorts.epoch.below(s.epoch_of(leader), epoch))
            .set("epoch_of", leader, to=epoch)
            .set("local_isr", leader, to=lambda member: s.elected_isr(epoch, member))
            .set("epoch_start", leader, to=s.log_end(leader))
            .set("active", epoch, to=True)
            .set("epoch_log", epoch, to=lambda o, x: s.in_log(leader, o, x))
        )


def _become_follower(theory: Theory, sorts: Sorts, rules: Rules) -> None:
    replica_sort, offset_sort, epoch_sort = sorts.replica, sorts.offset, sorts.epoch

    def following(s: State, replica: Any, epoch: Any) -> Step:
        return (
            Step(s)
            .require("old_decisions_ignored", epoch_sort.below(s.epoch_of(replica), epoch))
            .set("epoch_of", replica, to=epoch)
            .set("local_isr", replica, ANYTHING, to=False)
            .set("epoch_start", replica, to=offset_sort.least)
        )

    def cutting(s: State, replica: Any, leader: Any, epoch: Any, cut: Any) -> Step:
        step = (
            following(s, replica, epoch)
            .require("elected", s.elected(epoch, leader))
            .require("another_leads", negate(equal(replica, leader)))
            .require("leader_took_over", s.leads(leader))
            .require("truncation_fenced", equal(s.epoch_of(leader), epoch))
            .set("log_end", replica, to=cut)
        )
        if rules.truncation_lowers_high_watermark:
            step.set("high_watermark", replica, to=offset_sort.smaller(s.high_watermark(replica), cut))
        return step

    @theory.action(
        "BecomeFollower",
        replica=replica_sort, leader=replica_sort, epoch=epoch_sort, common=epoch_sort,
        own=offset_sort, theirs=offset_sort, cut=offset_sort,
    )  # fmt: skip
    def become_follower(
        s: State, replica: Any, leader: Any, epoch: Any, common: Any, own: Any, theirs: Any, cut: Any
    ) -> Step:
        """A replica hears of another one's election, and cuts its log at the smaller end of the last common epoch."""
        step = cutting(s, replica, leader, epoch, cut)
        if rules.truncation == "matching_epochs":
            step.require("matching_epochs", s.in_log(replica, own, common))
            step.require("matching_epochs", s.in_log(leader, theirs, common))
            step.require("matching_epochs", _last_common(s, sorts, replica, leader, common))
        elif rules.truncation == "leader_epoch":
            step.require("leader_epoch", offset_sort.next(own, s.log_end(replica)))
            step.require("leader_epoch", s.in_log(replica, own, common))
            step.require("leader_epoch", s.in_log(leader, theirs, common))
        else:
            return step.require(rules.truncation, _cuts_regardless(s, sorts, rules, replica, cut))
        return step.require("cut_within_common", _agrees(s, sorts, replica, leader, common, cut)).require(
            "cut_no_more", _cuts_no_more(s, sorts, replica, leader, common, cut)
        )

    @theory.action(
        "BecomeFollowerWithNothingInCommon", of="BecomeFollower",
        replica=replica_sort, leader=replica_sort, epoch=epoch_sort, cut=offset_sort,
    )  # fmt: skip
    def become_follower_with_nothing_in_common(s: State, replica: Any, leader: Any, epoch: Any, cut: Any) -> Step:
        """… and cuts all of it, where the logs have no epoch in common."""
        step = cutting(s, replica, leader, epoch, cut)
        if rules.truncation == "leader_epoch":
            step.require("leader_epoch", _nothing_in_common(s, sorts, replica, leader, last_only=True))
        if rules.truncation != "matching_epochs":
            return step.require(rules.truncation, _cuts_regardless(s, sorts, rules, replica, cut))
        nothing = _nothing_in_common(s, sorts, replica, leader)
        return step.require("nothing_in_common", nothing).require("cut_everything", equal(cut, offset_sort.least))

    @theory.action("BecomeFollowerOfNobody", of="BecomeFollower", replica=replica_sort, epoch=epoch_sort)
    def become_follower_of_nobody(s: State, replica: Any, epoch: Any) -> Step:
        """A replica hears that nobody leads, and keeps its log."""
        return (
            following(s, replica, epoch)
            .require("decided", epoch_sort.at_most(epoch, s.current_epoch()))
            .require("nobody_leads", every(replica_sort, lambda r: negate(s.elected(epoch, r))))
        )


def _cuts_regardless(s: State, sorts: Sorts, rules: Rules, replica: Any, cut: Any) -> Any:
    """At the high watermark, or nowhere: what older rules do without asking, or without an answer."""
    end = s.log_end(replica)
    return equal(cut, end if rules.truncation == "none" else sorts.offset.smaller(s.high_watermark(replica), end))


def _nothing_in_common(s: State, sorts: Sorts, replica: Any, leader: Any, *, last_only: bool = False) -> Any:
    """The leader has no entry of an epoch of the replica's log, or of that of its last entry."""
    return every(
        sorts.offset, sorts.offset,
        lambda o, p: implies(
            all_of(
                s.holds(replica, o), s.holds(leader, p),
                sorts.offset.next(o, s.log_end(replica)) if last_only else True,
            ),
            negate(equal(s.entry_epoch(replica, o), s.entry_epoch(leader, p))),
        ),
    )  # fmt: skip


def _last_common(s: State, sorts: Sorts, replica: Any, leader: Any, common: Any) -> Any:
    return every(
        sorts.offset, sorts.offset,
        lambda o, p: implies(
            all_of(
                s.holds(replica, o), s.holds(leader, p), equal(s.entry_epoch(replica, o), s.entry_epoch(leader, p))
            ),
            sorts.epoch.at_most(s.entry_epoch(replica, o), common),
        ),
    )  # fmt: skip


def _agrees(s: State, sorts: Sorts, replica: Any, leader: Any, common: Any, cut: Any) -> Any:
    """Below the cut both logs have no later epoch than the common one."""
    offset, epoch = sorts.offset, sorts.epoch
    return all_of(
        offset.at_most(cut, s.log_end(replica)),
        offset.at_most(cut, s.log_end(leader)),
        every(
            offset,
            lambda o: implies(
                offset.below(o, cut),
                all_of(
                    epoch.at_most(s.entry_epoch(replica, o), common), epoch.at_most(s.entry_epoch(leader, o), common)
                ),
            ),
        ),
    )


def _cuts_no_more(s: State, sorts: Sorts, replica: Any, leader: Any, common: Any, cut: Any) -> Any:
    """At the cut one of the logs ends, or has a later epoch."""
    return any_of(
        *(equal(cut, s.log_end(r)) for r in (replica, leader)),
        *(
            all_of(sorts.offset.below(cut, s.log_end(r)), sorts.epoch.below(common, s.entry_epoch(r, cut)))
            for r in (replica, leader)
        ),
    )


def _produce(theory: Theory, sorts: Sorts, rules: Rules) -> None:
    previous_epoch: dict[str, Any] = {} if rules.records_carry_leader_epoch else {"previous": sorts.epoch}

    @theory.action(
        "Produce",
        leader=sorts.replica, record=sorts.record, next_end=sorts.offset, **previous_epoch,
    )  # fmt: skip
    def produce(s: State, leader: Any, record: Any, next_end: Any, previous: Any = None) -> Step:
        """A replica that believes to lead appends a record."""
        end = s.log_end(leader)
        epoch = s.epoch_of(leader) if rules.records_carry_leader_epoch else previous
        return (
            Step(s)
            .require("leads", s.leads(leader))
            .require("next_offset", sorts.offset.next(end, next_end))
            .set("log_end", leader, to=next_end)
            .set("entry_epoch", leader, end, to=epoch)
            .set("entry_record", leader, end, to=record)
            .set("epoch_log", s.epoch_of(leader), end, epoch, to=True)
            .set("written", epoch, end, record, to=True)
        )


def _fetch(theory: Theory, sorts: Sorts) -> None:
    replica_sort, offset_sort = sorts.replica, sorts.offset

    def fetching(s: State, follower: Any, leader: Any, end: Any) -> Step:
        return (
            Step(s)
            .require("follows", s.follows(follower, leader))
            .require("leads", s.leads(leader))
            .require("fetch_fenced", equal(s.epoch_of(follower), s.epoch_of(leader)))
            .set("high_watermark", follower, to=offset_sort.smaller(s.high_watermark(leader), end))
            .set("committed_by", follower, to=s.committed_by(leader))
        )

    @theory.action("Fetch", follower=replica_sort, leader=replica_sort, next_end=offset_sort)
    def fetch(s: State, follower: Any, leader: Any, next_end: Any) -> Step:
        """A follower takes the next record from its leader, and the leader's high watermark as far as its log goes."""
        end = s.log_end(follower)
        return (
            fetching(s, follower, leader, next_end)
            .require("there_is_more", offset_sort.below(end, s.log_end(leader)))
            .require("next_offset", offset_sort.next(end, next_end))
            .set("log_end", follower, to=next_end)
            .set("entry_epoch", follower, end, to=s.entry_epoch(leader, end))
            .set("entry_record", follower, end, to=s.entry_record(leader, end))
        )

    @theory.action("FetchHighWatermark", of="Fetch", follower=replica_sort, leader=replica_sort)
    def fetch_high_watermark(s: State, follower: Any, leader: Any) -> Step:
        """… and only the high watermark, where it holds all that the leader does."""
        return fetching(s, follower, leader, s.log_end(follower))


def _increase_high_watermark(theory: Theory, sorts: Sorts) -> None:
    replica_sort, offset_sort = sorts.replica, sorts.offset

    @theory.action("IncreaseHighWatermark", leader=replica_sort, next_mark=offset_sort)
    def increase_high_watermark(s: State, leader: Any, next_mark: Any) -> Step:
        """The leader moves its high watermark over a record that its whole ISR holds."""
        mark, epoch = s.high_watermark(leader), s.epoch_of(leader)

        def in_isr_follows(claim: Any) -> Any:
            return every(
                replica_sort,
                lambda m: implies(all_of(s.local_isr(leader, m), negate(equal(m, leader))), claim(m)),
            )

        return (
            Step(s)
            .require("leads", s.leads(leader))
            .require("within_log", offset_sort.below(mark, s.log_end(leader)))
            .require("next_offset", offset_sort.next(mark, next_mark))
            .require("high_watermark_waits_for_isr", in_isr_follows(lambda m: s.follows(m, leader)))
            .require("high_watermark_waits_for_isr", in_isr_follows(lambda m: s.holds(m, mark)))
            .require("high_watermark_fenced", in_isr_follows(lambda m: equal(s.epoch_of(m), epoch)))
            .set("high_watermark", leader, to=next_mark)
            .set("committed_by", leader, to=epoch)
            .set(
                "committed", ANYTHING, ANYTHING, epoch,
                to=lambda o, x: any_of(
                    s.committed(o, x, epoch),
                    all_of(offset_sort.at_most(o, mark), equal(s.entry_epoch(leader, o), x)),
                ),
            )
        )  # fmt: skip


def _change_isr(theory: Theory, sorts: Sorts) -> None:
    replica_sort, offset_sort = sorts.replica, sorts.offset

    def changing(s: State, leader: Any, isr: Any) -> Step:
        return (
            Step(s)
            .require("leads", s.leads(leader))
            .require("isr_change_fenced", equal(s.epoch_of(leader), s.current_epoch()))
            .set("local_isr", leader, to=isr)
            .set("in_isr", to=isr)
        )

    @theory.action("ShrinkIsr", leader=replica_sort, follower=replica_sort)
    def shrink_isr(s: State, leader: Any, follower: Any) -> Step:
        """The leader takes a follower out of the ISR."""

        def isr(m: Any) -> Any:
            return all_of(s.local_isr(leader, m), negate(equal(m, follower)))

        return changing(s, leader, isr).require("leader_stays", negate(equal(leader, follower)))

    @theory.action("ExpandIsr", leader=replica_sort, follower=replica_sort)
    def expand_isr(s: State, leader: Any, follower: Any) -> Step:
        """The leader adds a follower that holds everything that may be committed."""
        end = s.log_end(follower)
        return (
            changing(s, leader, lambda m: any_of(s.local_isr(leader, m), equal(m, follower)))
            .require("follows", s.follows(follower, leader))
            .require("fetch_fenced", equal(s.epoch_of(follower), s.epoch_of(leader)))
            .require("expand_waits_for_high_watermark", offset_sort.at_most(s.high_watermark(leader), end))
            .require("expand_waits_for_epoch_start", offset_sort.at_most(s.epoch_start(leader), end))
        )
