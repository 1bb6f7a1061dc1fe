"""What replication promises, over any view of a cluster.

view.replicas                     ids, or a sort of the prover
view.offsets                      offsets that may be filled, or a sort
view.believes_to_lead(r)          r has taken over in the epoch that it knows, whether or not it still leads
view.in_isr(r)                    r is in the ISR that the controller has recorded
view.below_high_watermark(r, o)   o < high watermark of r
view.holds(r, o)                  o < log end offset of r
view.same_entry(r, q, o)          both hold the same record with the same leader epoch at o
view.same_epoch(r, q, o)          both hold an entry at o, with equal leader epochs
view.not_after(o, p)              o <= p
view.epoch_not_later(r, o, p)     r's entry at o has no later leader epoch than its entry at p
view.leader_epoch(r)              the epoch of the last decision that r has heard of
view.epochs                       leader epochs, or a sort
view.has_heard_of(r, e)           e <= leader_epoch(r)
view.has_decided(e)               e <= the controller's epoch
view.is_elected(r)                the controller has recorded r as leader

Goals about steps read the view before and the view after.
"""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import all_of, equal, exists, for_all, implies


def committed_within_isr(view: Any) -> Any:
    """Everything below the high watermark of a replica that believes to lead is on every member of the ISR, equal.

    Why: any member may be elected next, and a record once shown or acknowledged must survive (KIP-101, KIP-320).
    """
    return for_all(
        view.replicas,
        lambda leader: for_all(
            view.replicas,
            lambda member: for_all(
                view.offsets,
                lambda offset: implies(
                    all_of(
                        view.believes_to_lead(leader), view.in_isr(member), view.below_high_watermark(leader, offset)
                    ),
                    view.same_entry(leader, member, offset),
                ),
            ),
        ),
    )


def replicas_agree_below_high_watermark(view: Any) -> Any:
    """Where two replicas have an offset below their high watermarks, they have the same record there.

    Why: a reader may ask either of them, and one after the other (KIP-392).
    """
    return for_all(
        view.replicas,
        lambda one: for_all(
            view.replicas,
            lambda other: for_all(
                view.offsets,
                lambda offset: implies(
                    all_of(view.below_high_watermark(one, offset), view.below_high_watermark(other, offset)),
                    view.same_entry(one, other, offset),
                ),
            ),
        ),
    )


def log_matching(view: Any) -> Any:
    """Where two logs have the same leader epoch at an offset, they have the same record there.

    Why: an epoch has one leader, and a leader never writes an offset twice (KIP-101).
    """
    return for_all(
        view.replicas,
        lambda one: for_all(
            view.replicas,
            lambda other: for_all(
                view.offsets,
                lambda offset: implies(view.same_epoch(one, other, offset), view.same_entry(one, other, offset)),
            ),
        ),
    )


def high_watermark_within_log(view: Any) -> Any:
    """A replica's high watermark never lies beyond its log end offset.

    Why: readers are shown everything below it.
    """
    return for_all(
        view.replicas,
        lambda replica: for_all(
            view.offsets,
            lambda offset: implies(view.below_high_watermark(replica, offset), view.holds(replica, offset)),
        ),
    )


def epochs_never_fall_along_log(view: Any) -> Any:
    """Leader epochs never fall along a log.

    Why: followers find the point of divergence by walking back through them (KIP-101, KIP-279).
    """
    return for_all(
        view.replicas,
        lambda replica: for_all(
            view.offsets,
            lambda earlier: for_all(
                view.offsets,
                lambda later: implies(
                    all_of(view.not_after(earlier, later), view.holds(replica, later)),
                    view.epoch_not_later(replica, earlier, later),
                ),
            ),
        ),
    )


def one_leader_per_epoch(view: Any) -> Any:
    """No two replicas believe to lead in the same epoch.

    Why: the epoch tells a deposed leader's records from its successor's.
    """
    return for_all(
        view.replicas,
        lambda one: for_all(
            view.replicas,
            lambda other: implies(
                all_of(
                    view.believes_to_lead(one),
                    view.believes_to_lead(other),
                    equal(view.leader_epoch(one), view.leader_epoch(other)),
                ),
                equal(one, other),
            ),
        ),
    )


def leader_within_isr(view: Any) -> Any:
    """The leader that the controller has recorded, if there is one, is in the ISR.

    Why: only members are known to hold what was committed.
    """
    return for_all(view.replicas, lambda replica: implies(view.is_elected(replica), view.in_isr(replica)))


def isr_not_empty(view: Any) -> Any:
    """The ISR has a member.

    Why: without eligible leader replicas nobody could be elected from an empty one (KIP-966).
    """
    return exists(view.replicas, view.in_isr)


def high_watermark_of_a_leader_never_falls(before: Any, after: Any) -> Any:
    """While a replica leads in an epoch, its high watermark does not go back.

    Why: readers have seen what is below it. A new leader may start below its predecessor's (KIP-207).
    """
    return for_all(
        before.replicas,
        lambda replica: for_all(
            before.offsets,
            lambda offset: implies(
                all_of(
                    before.believes_to_lead(replica),
                    after.believes_to_lead(replica),
                    equal(before.leader_epoch(replica), after.leader_epoch(replica)),
                    before.below_high_watermark(replica, offset),
                ),
                after.below_high_watermark(replica, offset),
            ),
        ),
    )


def leader_epochs_grow(before: Any, after: Any) -> Any:
    """Neither the controller's epoch nor any replica's goes back.

    Why: whoever knows a later epoch can refuse the messages of an earlier one (KIP-320).
    """
    return for_all(
        before.epochs,
        lambda epoch: all_of(
            implies(before.has_decided(epoch), after.has_decided(epoch)),
            for_all(
                before.replicas,
                lambda replica: implies(before.has_heard_of(replica, epoch), after.has_heard_of(replica, epoch)),
            ),
        ),
    )
