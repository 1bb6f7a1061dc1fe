"""Transactions of version 2 without bounds: what there is, for any number of ids, partitions, transactions and epochs.

An *epoch* here is an identity: the pair of producer id and epoch, in the order in which the coordinator hands them out;
the least one is none at all. So a new producer id is a later epoch like any other. Requests are not counted: what a
client has decided, or has once had verified, may arrive at any time and again. Of a partition's log the proof keeps
what each record's first marker says, and what the leader knows of the id: its last epoch, and whether data is open.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from nilometer_models.logic import all_of, any_of, equal, negate
from nilometer_models.protocols.transactions.model import GOALS, STEP_GOALS
from nilometer_models.prover import OrderedSort, Sort, State, Theory, every


class Sorts(NamedTuple):
    """What is unbounded."""

    id: Sort
    """A transactional id."""
    partition: Sort
    client: Sort
    """An instance of the application."""
    transaction: Sort
    epoch: OrderedSort


def symbols(theory: Theory) -> Sorts:
    """Declare the sorts, the symbols and their initial values."""
    ident, partition = theory.sort("Id"), theory.sort("Partition")
    client, transaction = theory.sort("Client"), theory.sort("Transaction")
    epoch = theory.ordered("Epoch")
    sorts = Sorts(ident, partition, client, transaction, epoch)
    _clients(theory, sorts)
    _coordinator(theory, sorts)
    _partitions(theory, sorts)
    _definitions(theory, sorts)
    _initially(theory, sorts)
    for goal in GOALS.values():
        theory.goal(goal, lambda state: View(sorts, state))
    for step_goal in STEP_GOALS.values():
        theory.step_goal(step_goal, lambda state: View(sorts, state))
    return sorts


def _clients(theory: Theory, sorts: Sorts) -> None:
    ident, client, transaction, epoch = sorts.id, sorts.client, sorts.transaction, sorts.epoch
    # A client: `ready`, `asking` for an identity, or neither, before it starts and while it waits for EndTxn.
    theory.function("id_of", client, to=ident, ghost=True)
    """It never changes."""
    theory.function("held", client, to=epoch)
    theory.relation("ready", client)
    theory.relation("asking", client)
    theory.relation("busy", client)
    """It has an open transaction."""
    # A transaction.
    theory.function("owner", transaction, to=ident, ghost=True)
    """It never changes."""
    theory.function("author", transaction, to=client, ghost=True)
    theory.relation("begun", transaction)
    theory.relation("pending", transaction)
    """Its client has not heard how it ended."""
    theory.function("epoch_of", transaction, to=epoch, ghost=True)
    theory.relation("used", ident, epoch, ghost=True)
    """A transaction was begun in that epoch."""
    theory.relation("taken", ident, epoch, ghost=True)
    """A client has got that epoch."""
    theory.relation("decided_to_commit", transaction)
    theory.relation("decided_to_abort", transaction)


def _coordinator(theory: Theory, sorts: Sorts) -> None:
    ident, partition, transaction, epoch = sorts.id, sorts.partition, sorts.transaction, sorts.epoch
    theory.function("current", ident, to=epoch)
    theory.function("promised", ident, to=epoch)
    """The latest epoch that a client may have: that of the next producer id, once the present one is used up."""
    theory.function("last", ident, to=epoch)
    """The epoch before the present one, if its client asked with it or has used it (lastProducerEpoch)."""
    theory.function("ended", ident, to=epoch)
    """The epoch of the transaction that is prepared, or was completed last; none where there is no such."""
    theory.relation("ongoing", ident)
    theory.relation("preparing_commit", ident)
    theory.relation("preparing_abort", ident)
    theory.relation("committed_last", ident)
    """It is idle, and its last transaction is complete and was committed."""
    theory.relation("added", ident, partition)
    theory.relation("owed", ident, partition)
    """The coordinator has not heard of the marker."""
    theory.relation("fenced", transaction)


def _partitions(theory: Theory, sorts: Sorts) -> None:
    ident, partition, transaction, epoch = sorts.id, sorts.partition, sorts.transaction, sorts.epoch
    theory.function("known", partition, ident, to=epoch)
    theory.relation("open", partition, ident)
    theory.relation("holds", partition, transaction)
    theory.relation("committed", partition, transaction)
    theory.relation("aborted", partition, transaction)
    theory.relation("behind_marker", partition, transaction)
    # Ghosts: requests that may still arrive, and what was decided.
    theory.relation("verified", partition, transaction, ghost=True)
    """The coordinator has once said that the partition is in the transaction."""
    theory.relation("commit_sent", partition, transaction, epoch, ghost=True)
    """A commit marker of this epoch for this transaction was sent, and may arrive at any time."""
    theory.relation("abort_sent", partition, transaction, epoch, ghost=True)
    theory.relation("to_commit", transaction, ghost=True)
    """The coordinator has decided so."""
    theory.relation("to_abort", transaction, ghost=True)
    theory.relation("marked", partition, transaction, ghost=True)
    """A marker for this transaction was written."""
    theory.relation("acknowledged", transaction, ghost=True)
    """Its client may have heard that the commit succeeded."""


def _definitions(theory: Theory, sorts: Sorts) -> None:
    @theory.define
    def preparing(s: State, i: Any) -> Any:
        return any_of(s.preparing_commit(i), s.preparing_abort(i))

    @theory.define
    def idle(s: State, i: Any) -> Any:
        return negate(any_of(s.ongoing(i), s.preparing_commit(i), s.preparing_abort(i)))

    @theory.define
    def free(s: State, c: Any) -> Any:
        """It has no open transaction, and may begin one, now or with its next epoch."""
        return any_of(s.asking(c), all_of(s.ready(c), negate(s.busy(c))))

    @theory.define
    def has_epoch(s: State, t: Any, i: Any, e: Any) -> Any:
        """It is the transaction of this id in that epoch."""
        return all_of(s.begun(t), equal(s.owner(t), i), equal(s.epoch_of(t), e))

    @theory.define
    def undecided(s: State, p: Any, t: Any) -> Any:
        return all_of(s.holds(p, t), negate(s.committed(p, t)), negate(s.aborted(p, t)))

    @theory.define
    def left_behind(s: State, p: Any, t: Any) -> Any:
        """The partition knows a later epoch than the transaction's."""
        return sorts.epoch.below(s.epoch_of(t), s.known(p, s.owner(t)))


def _initially(theory: Theory, sorts: Sorts) -> None:
    ident, partition, client, transaction, epoch = sorts

    @theory.initially
    def clients_are_new(s: State) -> Any:
        return all_of(
            every(client, lambda c: negate(any_of(s.ready(c), s.asking(c), s.busy(c)))),
            every(client, lambda c: equal(s.held(c), epoch.least)),
            every(ident, epoch, lambda i, e: negate(s.taken(i, e))),
        )

    @theory.initially
    def nothing_has_begun(s: State) -> Any:
        return every(
            transaction,
            lambda t: negate(
                any_of(s.begun(t), s.pending(t), s.decided_to_commit(t), s.decided_to_abort(t), s.fenced(t),
                       s.acknowledged(t), s.to_commit(t), s.to_abort(t))
            ),
        )  # fmt: skip

    @theory.initially
    def coordinators_are_idle(s: State) -> Any:
        return all_of(
            every(ident, lambda i: all_of(s.idle(i), negate(s.committed_last(i)), equal(s.ended(i), epoch.least))),
            every(ident, lambda i: all_of(equal(s.promised(i), s.current(i)), equal(s.last(i), epoch.least))),
            every(ident, epoch, lambda i, e: negate(s.used(i, e))),
        )

    @theory.initially
    def partitions_are_empty(s: State) -> Any:
        return all_of(
            every(ident, partition, lambda i, p: all_of(negate(s.added(i, p)), negate(s.owed(i, p)))),
            every(partition, ident, lambda p, i: all_of(negate(s.open(p, i)), equal(s.known(p, i), epoch.least))),
            every(
                partition, transaction,
                lambda p, t: negate(any_of(s.holds(p, t), s.committed(p, t), s.aborted(p, t), s.behind_marker(p, t),
                                           s.verified(p, t), s.marked(p, t))),
            ),
            every(
                partition, transaction, epoch,
                lambda p, t, e: negate(any_of(s.commit_sent(p, t, e), s.abort_sent(p, t, e))),
            ),
        )  # fmt: skip


class View(NamedTuple):
    """A state of the proof as the goals of `invariants/transactions.py` ask it."""

    sorts: Sorts
    state: State

    @property
    def transactional_ids(self) -> Sort:
        return self.sorts.id

    @property
    def partitions(self) -> Sort:
        return self.sorts.partition

    @property
    def transactions(self) -> Sort:
        return self.sorts.transaction

    @property
    def clients(self) -> Sort:
        return self.sorts.client

    def has_identity(self, c: Any) -> Any:
        return negate(equal(self.state.held(c), self.sorts.epoch.least))

    def same_identity(self, c: Any, d: Any) -> Any:
        s = self.state
        return all_of(equal(s.id_of(c), s.id_of(d)), equal(s.held(c), s.held(d)))

    def has_replaced(self, c: Any, t: Any) -> Any:
        s = self.state
        is_other = all_of(equal(s.id_of(c), s.owner(t)), negate(equal(s.author(t), c)))
        return all_of(is_other, self.sorts.epoch.below(s.epoch_of(t), s.held(c)))

    def owed_commit(self, p: Any, t: Any) -> Any:
        s, i = self.state, self.state.owner(t)
        return all_of(s.preparing_commit(i), s.has_epoch(t, i, s.ended(i)), s.owed(i, p))

    def is_idle(self, i: Any) -> Any:
        return self.state.idle(i)

    def holds(self, p: Any, t: Any) -> Any:
        return self.state.holds(p, t)

    def committed(self, p: Any, t: Any) -> Any:
        return self.state.committed(p, t)

    def aborted(self, p: Any, t: Any) -> Any:
        return self.state.aborted(p, t)

    def decided_to_commit(self, t: Any) -> Any:
        return self.state.decided_to_commit(t)

    def decided_to_abort(self, t: Any) -> Any:
        return self.state.decided_to_abort(t)

    def fenced(self, t: Any) -> Any:
        return self.state.fenced(t)

    def acknowledged(self, t: Any) -> Any:
        return self.state.acknowledged(t)

    def behind_marker(self, p: Any, t: Any) -> Any:
        return self.state.behind_marker(p, t)

    def open(self, p: Any, i: Any) -> Any:
        return self.state.open(p, i)
