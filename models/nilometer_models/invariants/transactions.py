"""What transactions promise about records, over any view of a cluster.

view.clients                    instances of the application, or a sort
view.has_identity(c)            c has a producer id and an epoch; same_identity(c, d): those of d
view.has_replaced(c, t)         c is another instance than t's, and has a later identity than t is written under
view.transactional_ids          ids, or a sort of the prover
view.partitions                 partitions, or a sort
view.transactions               transactions that may have begun, or a sort
view.holds(p, t)                partition p has a record of transaction t
view.committed(p, t)            … and a commit marker after it
view.aborted(p, t)              … and an abort marker after it (the first marker counts)
view.owed_commit(p, t)          the coordinator has decided to commit t, and p's marker is still to come
view.decided_to_commit(t)       the client of t has sent EndTxn(commit); decided_to_abort(t): … (abort)
view.fenced(t)                  the coordinator has aborted t of its own accord
view.acknowledged(t)            the client has heard that the commit of t succeeded
view.behind_marker(p, t)        a record of t was appended to p behind the marker of t
view.is_idle(i)                 the coordinator holds no transaction of i
view.open(p, i)                 p has records of i that no marker of i follows
"""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import all_of, any_of, equal, for_all, implies, negate


def aborted_never_visible(view: Any) -> Any:
    """A record with a commit marker after it is not of a transaction that was aborted, by its client or for it.

    Why: readers with read_committed would see what never happened (KIP-98).
    """
    return for_all(
        view.partitions,
        lambda p: for_all(
            view.transactions,
            lambda t: implies(view.committed(p, t), negate(any_of(view.decided_to_abort(t), view.fenced(t)))),
        ),
    )


def no_premature_commit(view: Any) -> Any:
    """A record with a commit marker after it is of a transaction whose client has decided.

    Why: a late EndTxn of an earlier transaction must not end this one (KIP-890).
    """
    return for_all(
        view.partitions,
        lambda p: for_all(
            view.transactions,
            lambda t: implies(view.committed(p, t), any_of(view.decided_to_commit(t), view.decided_to_abort(t))),
        ),
    )


def aborted_as_asked(view: Any) -> Any:
    """A record with an abort marker after it is of a transaction that was aborted, by its client or for it.

    Why: what nobody has given up must not get lost (KIP-890).
    """
    return for_all(
        view.partitions,
        lambda p: for_all(
            view.transactions,
            lambda t: implies(view.aborted(p, t), any_of(view.decided_to_abort(t), view.fenced(t))),
        ),
    )


def committed_visible(view: Any) -> Any:
    """Every record of a transaction whose commit was acknowledged has a commit marker, or one is being written.

    Why: what was acknowledged must not get lost (KIP-98).
    """
    return for_all(
        view.partitions,
        lambda p: for_all(
            view.transactions,
            lambda t: implies(
                all_of(view.acknowledged(t), view.holds(p, t)), any_of(view.committed(p, t), view.owed_commit(p, t))
            ),
        ),
    )


def atomic(view: Any) -> Any:
    """If one record of a transaction is committed, all its records are, or their marker is being written.

    Why: that is what a transaction is (KIP-98).
    """
    return for_all(
        view.partitions,
        lambda p: for_all(
            view.partitions,
            lambda q: for_all(
                view.transactions,
                lambda t: implies(
                    all_of(view.committed(p, t), view.holds(q, t)), any_of(view.committed(q, t), view.owed_commit(q, t))
                ),
            ),
        ),
    )


def no_hanging(view: Any) -> Any:
    """Where the coordinator holds no transaction, no partition has an open one: nobody would ever end it.

    Why: the last stable offset would stand still (KAFKA-14402).
    """
    return for_all(
        view.transactional_ids,
        lambda i: for_all(view.partitions, lambda p: implies(view.is_idle(i), negate(view.open(p, i)))),
    )


def no_late_data(view: Any) -> Any:
    """No record stands behind a marker of its own transaction.

    Why: it would join the next transaction, or hang (KIP-890).
    """
    return for_all(view.partitions, lambda p: for_all(view.transactions, lambda t: negate(view.behind_marker(p, t))))


def identities_are_unique(view: Any) -> Any:
    """No two instances have the same producer id and epoch.

    Why: nothing else tells their requests apart (KIP-98).
    """
    return for_all(
        view.clients,
        lambda c: for_all(
            view.clients, lambda d: implies(all_of(view.has_identity(c), view.same_identity(c, d)), equal(c, d))
        ),
    )


def zombies_write_nothing(before: Any, after: Any) -> Any:
    """No record is appended under an identity that a newer instance has replaced.

    Why: what an instance does that was replaced must have no effect (KIP-98, KIP-890).
    """
    return for_all(
        after.partitions,
        lambda p: for_all(
            after.transactions,
            lambda t: for_all(
                after.clients,
                lambda c: implies(
                    all_of(after.holds(p, t), negate(before.holds(p, t))), negate(after.has_replaced(c, t))
                ),
            ),
        ),
    )
