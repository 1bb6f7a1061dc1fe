"""Why transactions of version 2 are safe: the lemmas, which together are inductive.

clients      no two have the same epoch, and none uses one twice
epochs       each transaction has an epoch of its own; what ended lies below the present one
coordinator  it is in one state, and what it prepares is what was decided
partitions   open data is of the transaction that the coordinator knows, and its marker is still to come
requests     what is late is left behind by what the partition knows
"""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import all_of, any_of, equal, implies, negate
from nilometer_models.protocols.transactions.proof_state import Sorts
from nilometer_models.prover import State, Theory, every


def lemmas(theory: Theory, sorts: Sorts) -> None:
    """Register all."""
    _clients(theory, sorts)
    _epochs(theory, sorts)
    _coordinator(theory, sorts)
    _partitions(theory, sorts)
    _requests(theory, sorts)


def _clients(theory: Theory, sorts: Sorts) -> None:
    ident, client, transaction, epoch = sorts.id, sorts.client, sorts.transaction, sorts.epoch

    @theory.lemma("clients")
    def the_present_was_promised(s: State) -> Any:
        """The present epoch is at most the promised one, and is that unless a transaction is prepared."""
        return every(
            ident,
            lambda i: all_of(
                epoch.at_most(s.current(i), s.promised(i)),
                any_of(s.preparing(i), equal(s.current(i), s.promised(i))),
            ),
        )

    @theory.lemma("clients")
    def taken_was_promised(s: State) -> Any:
        """No client has got an epoch beyond the promised one."""
        return every(ident, epoch, lambda i, e: implies(s.taken(i, e), epoch.at_most(e, s.promised(i))))

    @theory.lemma("clients")
    def held_is_taken(s: State) -> Any:
        """What a client has, it has got."""
        return every(
            client,
            lambda c: any_of(equal(s.held(c), epoch.least), s.taken(s.id_of(c), s.held(c))),
        )

    @theory.lemma("clients")
    def one_holder(s: State) -> Any:
        """No two clients of an id have the same epoch."""
        return every(
            client, client,
            lambda c, d: implies(
                all_of(equal(s.id_of(c), s.id_of(d)), equal(s.held(c), s.held(d)),
                       negate(equal(s.held(c), epoch.least))),
                equal(c, d),
            ),
        )  # fmt: skip

    @theory.lemma("clients")
    def one_phase(s: State) -> Any:
        """A client that is ready has an epoch and asks for none; one that asks has no open transaction."""
        return every(
            client,
            lambda c: all_of(
                implies(s.ready(c), all_of(negate(equal(s.held(c), epoch.least)), negate(s.asking(c)))),
                implies(s.asking(c), negate(s.busy(c))),
                implies(equal(s.held(c), epoch.least), negate(s.busy(c))),
            ),
        )

    @theory.lemma("clients")
    def the_free_is_unused(s: State) -> Any:
        """A client without an open transaction that may begin one, or asks, has not used its epoch."""
        return every(
            client,
            lambda c: implies(s.free(c), negate(s.used(s.id_of(c), s.held(c)))),
        )

    @theory.lemma("clients")
    def pending_is_its_own(s: State) -> Any:
        """A transaction of which a client waits to hear has the client's epoch."""
        return every(
            transaction,
            lambda t: implies(
                s.pending(t),
                all_of(s.begun(t), s.busy(s.author(t)), equal(s.owner(t), s.id_of(s.author(t))),
                       equal(s.epoch_of(t), s.held(s.author(t)))),
            ),
        )  # fmt: skip

    @theory.lemma("clients")
    def the_ready_has_not_decided(s: State) -> Any:
        """A client that goes on with its transaction has not decided how it ends."""
        return every(
            transaction,
            lambda t: implies(
                all_of(s.pending(t), s.ready(s.author(t))),
                negate(any_of(s.decided_to_commit(t), s.decided_to_abort(t))),
            ),
        )

    @theory.lemma("clients")
    def used_is_taken(s: State) -> Any:
        """What was used, a client has got."""
        return every(ident, epoch, lambda i, e: implies(s.used(i, e), s.taken(i, e)))

    @theory.lemma("clients")
    def some_was_taken(s: State) -> Any:
        """None is no epoch that a client gets."""
        return every(ident, lambda i: negate(s.taken(i, epoch.least)))

    @theory.lemma("clients")
    def the_end_is_unheard(s: State) -> Any:
        """While a client waits to hear of a transaction that has ended, nobody has got the promised epoch."""
        return every(
            transaction,
            lambda t: implies(
                all_of(s.pending(t), equal(s.epoch_of(t), s.ended(s.owner(t)))),
                negate(s.taken(s.owner(t), s.promised(s.owner(t)))),
            ),
        )

    @theory.lemma("clients")
    def the_epoch_is_unheard(s: State) -> Any:
        """Where a client has the last epoch, and has not used it, nobody has got the present one."""
        return every(
            client,
            lambda c: implies(
                all_of(s.free(c), negate(equal(s.held(c), epoch.least)), equal(s.held(c), s.last(s.id_of(c)))),
                negate(s.taken(s.id_of(c), s.current(s.id_of(c)))),
            ),
        )

    @theory.lemma("clients")
    def the_ended_is_last(s: State) -> Any:
        """What has ended is the last epoch."""
        return every(ident, lambda i: any_of(equal(s.ended(i), epoch.least), equal(s.last(i), s.ended(i))))

    @theory.lemma("clients")
    def the_decided_has_begun(s: State) -> Any:
        """Clients decide about what they have begun."""
        return every(
            transaction,
            lambda t: implies(any_of(s.decided_to_commit(t), s.decided_to_abort(t)), s.begun(t)),
        )

    @theory.lemma("clients")
    def only_its_client_is_ahead(s: State) -> Any:
        """While a transaction is prepared, only its own client may have a later epoch."""
        return every(
            client, transaction,
            lambda c, t: implies(
                all_of(s.preparing(s.id_of(c)), epoch.below(s.ended(s.id_of(c)), s.held(c)),
                       s.has_epoch(t, s.id_of(c), s.ended(s.id_of(c)))),
                equal(s.author(t), c),
            ),
        )  # fmt: skip


def _epochs(theory: Theory, sorts: Sorts) -> None:
    ident, transaction, epoch = sorts.id, sorts.transaction, sorts.epoch

    @theory.lemma("epochs")
    def one_transaction_an_epoch(s: State) -> Any:
        """No two transactions of an id have the same epoch."""
        return every(
            transaction, transaction,
            lambda t, u: implies(all_of(s.begun(t), s.has_epoch(u, s.owner(t), s.epoch_of(t))), equal(t, u)),
        )  # fmt: skip

    @theory.lemma("epochs")
    def begun_is_used(s: State) -> Any:
        """The epoch of a transaction that has begun is used."""
        return every(transaction, lambda t: implies(s.begun(t), s.used(s.owner(t), s.epoch_of(t))))

    @theory.lemma("epochs")
    def the_present_is_used(s: State) -> Any:
        """The epoch of what is ongoing, or has ended last, is used: no other transaction begins in it."""
        return every(
            ident,
            lambda i: all_of(
                implies(s.ongoing(i), s.used(i, s.current(i))),
                any_of(equal(s.ended(i), epoch.least), s.used(i, s.ended(i))),
                implies(any_of(s.preparing(i), s.committed_last(i)), negate(equal(s.ended(i), epoch.least))),
            ),
        )

    @theory.lemma("epochs")
    def the_decided_is_below(s: State) -> Any:
        """The epoch of a transaction whose outcome the coordinator has decided is below the present one."""
        return every(
            transaction,
            lambda t: implies(
                any_of(s.to_commit(t), s.to_abort(t)),
                all_of(s.begun(t), epoch.below(s.epoch_of(t), s.current(s.owner(t)))),
            ),
        )


def _coordinator(theory: Theory, sorts: Sorts) -> None:
    ident, transaction = sorts.id, sorts.transaction

    @theory.lemma("coordinator")
    def one_state(s: State) -> Any:
        """A coordinator is ongoing, prepares a commit, or prepares an abort; or none of them."""
        return every(
            ident,
            lambda i: all_of(
                negate(all_of(s.ongoing(i), s.preparing(i))),
                negate(all_of(s.preparing_commit(i), s.preparing_abort(i))),
                negate(all_of(s.committed_last(i), negate(s.idle(i)))),
            ),
        )

    @theory.lemma("coordinator")
    def clients_decide_once(s: State) -> Any:
        """A client decides for one outcome."""
        return every(transaction, lambda t: negate(all_of(s.decided_to_commit(t), s.decided_to_abort(t))))

    @theory.lemma("coordinator")
    def one_outcome(s: State) -> Any:
        """The coordinator decides for one outcome."""
        return every(transaction, lambda t: negate(all_of(s.to_commit(t), s.to_abort(t))))

    @theory.lemma("coordinator")
    def commits_as_the_client(s: State) -> Any:
        """The coordinator commits what the client has decided to commit."""
        return every(transaction, lambda t: implies(s.to_commit(t), s.decided_to_commit(t)))

    @theory.lemma("coordinator")
    def aborts_as_asked(s: State) -> Any:
        """The coordinator aborts what the client has decided to abort, or what it has fenced."""
        return every(transaction, lambda t: implies(s.to_abort(t), any_of(s.decided_to_abort(t), s.fenced(t))))

    @theory.lemma("coordinator")
    def the_fenced_is_aborted(s: State) -> Any:
        """What the coordinator has ended of its own accord, it aborts."""
        return every(transaction, lambda t: implies(s.fenced(t), s.to_abort(t)))

    @theory.lemma("coordinator")
    def prepared_as_decided(s: State) -> Any:
        """The transaction that is prepared has the outcome that was decided."""
        return every(
            transaction, ident,
            lambda t, i: implies(
                s.has_epoch(t, i, s.ended(i)),
                all_of(
                    implies(any_of(s.preparing_commit(i), s.committed_last(i)), s.to_commit(t)),
                    implies(s.preparing_abort(i), s.to_abort(t)),
                ),
            ),
        )  # fmt: skip

    @theory.lemma("coordinator")
    def acknowledged_as_decided(s: State) -> Any:
        """What a client has heard to be committed, is to be committed."""
        return every(transaction, lambda t: implies(s.acknowledged(t), s.to_commit(t)))


def _partitions(theory: Theory, sorts: Sorts) -> None:
    ident, partition, transaction, epoch = sorts.id, sorts.partition, sorts.transaction, sorts.epoch

    @theory.lemma("partitions")
    def records_have_begun(s: State) -> Any:
        """A partition holds records of transactions that have begun, in an epoch up to the one that it knows."""
        return every(
            partition, transaction,
            lambda p, t: implies(
                s.holds(p, t), all_of(s.begun(t), epoch.at_most(s.epoch_of(t), s.known(p, s.owner(t))))
            ),
        )  # fmt: skip

    @theory.lemma("partitions")
    def undecided_is_open(s: State) -> Any:
        """A record without marker is of the epoch that the partition knows, and open."""
        return every(
            partition, transaction,
            lambda p, t: implies(
                s.undecided(p, t), all_of(s.open(p, s.owner(t)), equal(s.known(p, s.owner(t)), s.epoch_of(t)))
            ),
        )  # fmt: skip

    @theory.lemma("partitions")
    def open_is_known(s: State) -> Any:
        """Where data is open, the partition is in the coordinator's transaction, and its marker is still to come."""
        return every(
            partition, ident,
            lambda p, i: implies(
                s.open(p, i),
                all_of(
                    s.added(i, p),
                    any_of(
                        all_of(s.ongoing(i), equal(s.known(p, i), s.current(i))),
                        all_of(s.preparing(i), s.owed(i, p), equal(s.known(p, i), s.ended(i))),
                    ),
                ),
            ),
        )  # fmt: skip

    @theory.lemma("partitions")
    def committed_as_decided(s: State) -> Any:
        """A record with a commit marker is of a transaction that is to be committed."""
        return every(partition, transaction, lambda p, t: implies(s.committed(p, t), s.to_commit(t)))

    @theory.lemma("partitions")
    def aborted_as_decided(s: State) -> Any:
        """A record with an abort marker is of a transaction that is to be aborted."""
        return every(partition, transaction, lambda p, t: implies(s.aborted(p, t), s.to_abort(t)))


def _requests(theory: Theory, sorts: Sorts) -> None:
    partition, transaction = sorts.partition, sorts.transaction

    @theory.lemma("requests")
    def verified_or_left_behind(s: State) -> Any:
        """What was verified is of the transaction that is open or waits for this marker; else it comes too late."""
        return every(
            partition, transaction,
            lambda p, t: implies(
                s.verified(p, t), all_of(s.begun(t), any_of(s.left_behind(p, t), _is_expected(s, p, t)))
            ),
        )  # fmt: skip

    def _is_expected(s: State, p: Any, t: Any) -> Any:
        i = s.owner(t)
        return all_of(
            s.added(i, p),
            any_of(
                all_of(s.ongoing(i), equal(s.epoch_of(t), s.current(i))),
                all_of(s.preparing(i), s.owed(i, p), equal(s.epoch_of(t), s.ended(i))),
            ),
        )

    @theory.lemma("requests")
    def marked_is_left_behind(s: State) -> Any:
        """Where the marker of a transaction is written, the partition knows a later epoch than its own."""
        return every(
            partition, transaction,
            lambda p, t: implies(s.marked(p, t), all_of(s.begun(t), s.left_behind(p, t))),
        )  # fmt: skip

    @theory.lemma("requests")
    def nothing_behind_a_marker(s: State) -> Any:
        """No record was appended behind the marker of its transaction."""
        return every(partition, transaction, lambda p, t: negate(s.behind_marker(p, t)))

    for outcome in ("commit", "abort"):
        _sent(theory, sorts, outcome)


def _sent(theory: Theory, sorts: Sorts, outcome: str) -> None:
    partition, transaction, epoch = sorts.partition, sorts.transaction, sorts.epoch

    def markers_as_decided(s: State) -> Any:
        """A marker that was sent is for what was decided, and of an epoch above its transaction's."""
        return every(
            partition, transaction, epoch,
            lambda p, t, e: implies(
                getattr(s, f"{outcome}_sent")(p, t, e),
                all_of(
                    getattr(s, f"to_{outcome}")(t), s.begun(t), epoch.below(s.epoch_of(t), e),
                    epoch.at_most(e, s.current(s.owner(t))),
                ),
            ),
        )  # fmt: skip

    def markers_of_the_prepared(s: State) -> Any:
        """While a transaction is prepared, a marker that was sent is its own, or of an epoch up to its own."""
        return every(
            partition, transaction, epoch,
            lambda p, t, e: implies(
                all_of(getattr(s, f"{outcome}_sent")(p, t, e), s.preparing(s.owner(t))),
                any_of(equal(s.epoch_of(t), s.ended(s.owner(t))), epoch.at_most(e, s.ended(s.owner(t)))),
            ),
        )  # fmt: skip

    for claim in (markers_as_decided, markers_of_the_prepared):
        claim.__name__ = claim.__name__.replace("markers", f"{outcome}s")
        theory.lemma("requests")(claim)
