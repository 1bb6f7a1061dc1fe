"""Transactions of one transactional id: what must hold, and what must be reachable. The actions stand beside it.

    clients.py       SendInit Recover SendAdd Send SendEnd ResendRecord ResendRequest
    coordinator.py   AnswerInit FenceByInit AnswerEnd AbortTimedOut FailToFence AnswerAdd Complete Reload
    partitions.py    Verify AppendRecord WriteMarker WriteLateMarker

At the grain of messages: requests come late, twice or never; a handler and its answer are one step.
"""

from __future__ import annotations

from itertools import pairwise

from nilometer_models.invariants import transactions as goals
from nilometer_models.machine import Instance
from nilometer_models.protocols.transactions import clients, coordinator, partitions
from nilometer_models.protocols.transactions.state import (
    ABORT,
    COMMIT,
    DATA,
    EPOCH_MAX,
    MACHINE,
    PREPARED,
    Config,
    Rules,
    State,
    View,
    fates,
    is_idle,
    is_open,
    is_prepared,
)

__all__ = ["MACHINE", "model"]

ACTORS = (clients, coordinator, partitions)
GOALS = {
    goal.__name__: goal
    for goal in (
        goals.aborted_never_visible, goals.no_premature_commit, goals.aborted_as_asked, goals.committed_visible,
        goals.atomic, goals.no_hanging, goals.no_late_data, goals.identities_are_unique,
    )
}  # fmt: skip
"""The text that is proved, by the name of the invariant that the explorer evaluates."""
STEP_GOALS = {"zombies_write_nothing": goals.zombies_write_nothing}
"""The same of properties of steps."""


def model(
    instances: int = 1, partitions: int = 1, transactions: int = 2, *, retries: int = 0, timeouts: int = 0,
    reloads: int = 0, lost_answers: int = 0, failed_writes: int = 0, recoveries: int = 0, epochs_used: int = 0,
    **rules: object,
) -> Instance[Config, State, View]:  # fmt: skip
    """An instance with these bounds; `rules` are fields of `Rules`."""
    made = Rules(**rules)  # type: ignore[arg-type]
    return Instance(MACHINE, Config(instances, partitions, transactions, retries, timeouts, reloads, lost_answers,
                                    failed_writes, recoveries, epochs_used, made))  # fmt: skip


def _is_owed_commit(s: State, partition: int, transaction: int) -> bool:
    """The coordinator is about to write a commit marker for the transaction there."""
    m = s.coordinator
    return m.state == PREPARED[COMMIT] and m.transaction == transaction and partition in s.markers_left


@MACHINE.invariant("T2")
def aborted_never_visible(view: View) -> bool:
    """A record with a commit marker after it is not of a transaction that was aborted, by its client or for it."""
    s = view.state
    return not any(
        fate == COMMIT and (s.decisions[entry.transaction - 1] == ABORT or entry.transaction in s.fenced)
        for log in s.logs
        for entry, fate in fates(log)
    )


@MACHINE.invariant("T3")
def no_premature_commit(view: View) -> bool:
    """A record with a commit marker after it is of a transaction whose client has decided."""
    s = view.state
    return all(
        fate != COMMIT or s.decisions[entry.transaction - 1] is not None for log in s.logs for entry, fate in fates(log)
    )


@MACHINE.invariant("T3", "T12")
def aborted_as_asked(view: View) -> bool:
    """A record with an abort marker after it is of a transaction that was aborted, by its client or for it."""
    s = view.state
    return all(
        fate != ABORT or s.decisions[entry.transaction - 1] == ABORT or entry.transaction in s.fenced
        for log in s.logs
        for entry, fate in fates(log)
    )


@MACHINE.invariant("T1", "T18")
def committed_visible(view: View) -> bool:
    """Every record of a transaction whose commit was acknowledged has a commit marker, or one is being written."""
    s = view.state
    return all(
        entry.transaction not in s.acknowledged
        or fate == COMMIT
        or (fate is None and _is_owed_commit(s, partition, entry.transaction))
        for partition, log in enumerate(s.logs, start=1)
        for entry, fate in fates(log)
    )


@MACHINE.invariant("T1", "T8", "T15")
def atomic(view: View) -> bool:
    """If one record of a transaction is committed, all its records are, or their marker is being written."""
    s = view.state
    found = [(entry.transaction, fate, p) for p, log in enumerate(s.logs, start=1) for entry, fate in fates(log)]
    committed = {transaction for transaction, fate, _ in found if fate == COMMIT}
    return all(
        transaction not in committed or fate == COMMIT or (fate is None and _is_owed_commit(s, partition, transaction))
        for transaction, fate, partition in found
    )


@MACHINE.invariant("T14", "V5", "V7")
def no_hanging(view: View) -> bool:
    """Where the coordinator holds no transaction, no partition has an open one: nobody would ever end it."""
    s = view.state
    if not is_idle(s.coordinator):
        return True
    return not any(is_open(log, entry.producer) for log in s.logs for entry in log)


@MACHINE.invariant("T9", "T12")
def no_late_data(view: View) -> bool:
    """No record stands behind a marker of its own transaction."""
    return all(
        not any(later.kind == DATA and later.transaction == entry.transaction for later in log[index + 1 :])
        for log in view.state.logs
        for index, entry in enumerate(log)
        if entry.kind != DATA
    )


@MACHINE.invariant("T13", "T10")
def fenced_writes_nothing(view: View) -> bool:
    """A transaction that the coordinator has aborted of its own accord writes nothing behind its marker."""
    s = view.state
    return all(
        not any(later.kind == DATA and later.transaction == entry.transaction for later in log[index + 1 :])
        for log in s.logs
        for index, entry in enumerate(log)
        if entry.kind != DATA and entry.transaction in s.fenced
    )


@MACHINE.invariant("T8", "T11")
def each_completes_once(view: View) -> bool:
    """No transaction is completed twice."""
    return all(times <= 1 for times in view.state.completions)


@MACHINE.invariant("T18", "R12")
def memory_is_what_was_written(view: View) -> bool:
    """What the coordinator holds is what its log says: a new coordinator would go on the same way."""
    return view.state.coordinator == view.state.recorded


@MACHINE.invariant("T20")
def epochs_within_range(view: View) -> bool:
    """Epochs are -1 to 32767, and no client holds the last one: the coordinator needs it to fence."""
    s = view.state
    epochs = (s.coordinator.epoch, *(entry.epoch for log in s.logs for entry in log))
    return all(-1 <= epoch <= EPOCH_MAX for epoch in epochs) and all(-1 <= k.epoch < EPOCH_MAX for k in s.clients)


@MACHINE.invariant("T8")
def coordinator_epochs_never_fall(view: View) -> bool:
    """Along a partition, the coordinator epochs of the markers of a producer never fall."""
    return all(
        before.coordinator_epoch <= after.coordinator_epoch
        for log in view.state.logs
        for producer in {entry.producer for entry in log}
        for before, after in pairwise(e for e in log if e.kind != DATA and e.producer == producer)
    )


@MACHINE.invariant("T10", "T23")
def identities_are_unique(view: View) -> bool:
    """No two instances have the same producer id and epoch."""
    held = [(k.producer, k.epoch) for k in view.state.clients if k.epoch >= 0]
    return len(held) == len(set(held))


@MACHINE.step_property("T20", "I10")
def identity_grows(before: View, after: View) -> bool:
    """The coordinator never goes back to an earlier producer id, or to an earlier epoch of the same one."""
    old, new = before.state.coordinator, after.state.coordinator
    return (old.producer, old.epoch) <= (new.producer, new.epoch)


@MACHINE.step_property("T10", "I5")
def zombies_write_nothing(before: View, after: View) -> bool:
    """No record is appended under an identity that a newer instance has replaced."""
    for old, new in zip(before.state.logs, after.state.logs, strict=True):
        if len(new) > len(old) and new[-1].kind == DATA:
            entry, author = new[-1], before.state.authors[new[-1].transaction - 1]
            others = [k for i, k in enumerate(before.state.clients, start=1) if i != author]
            if any((k.producer, k.epoch) > (entry.producer, entry.epoch) for k in others):
                return False
    return True


@MACHINE.always_possible("T18", "T21", "V5")
def transactions_end(view: View) -> bool:
    """The coordinator holds no transaction, and no partition has an open one: the last stable offset is the log end."""
    s = view.state
    return is_idle(s.coordinator) and not any(is_open(log, entry.producer) for log in s.logs for entry in log)


@MACHINE.witness("T13")
def overdue_with_data_in_flight(view: View) -> bool:
    """A transaction was aborted because it was overdue, while a record of it is still on its way."""
    s = view.state
    return s.used.timeouts > 0 and any(produce.transaction in s.fenced for produce in s.produces)


@MACHINE.witness("T18")
def reloaded_before_a_commit_is_complete(view: View) -> bool:
    """A new coordinator has found a commit that it has to complete."""
    return view.state.coordinator_epoch > 0 and view.state.coordinator.state == PREPARED[COMMIT]


@MACHINE.witness("T18")
def reloaded_before_an_abort_is_complete(view: View) -> bool:
    """A new coordinator has found an abort that it has to complete."""
    return view.state.coordinator_epoch > 0 and view.state.coordinator.state == PREPARED[ABORT]


@MACHINE.witness("T8")
def marker_written_twice(view: View) -> bool:
    """The same marker stands twice in a partition, with nothing between: harmless."""
    return any(
        before.kind != DATA and before[:4] == after[:4] for log in view.state.logs for before, after in pairwise(log)
    )


@MACHINE.witness("T10")
def an_instance_is_fenced(view: View) -> bool:
    """A newer instance has an identity while an older one has a transaction open."""
    open_ones = [k for k in view.state.clients if k.transaction]
    return any(k.phase == "ready" and not k.transaction and any((k.producer, k.epoch) > (o.producer, o.epoch)
               for o in open_ones) for k in view.state.clients)  # fmt: skip


@MACHINE.witness("T20")
def a_new_producer_id(view: View) -> bool:
    """Epochs were used up, and a client has the next producer id."""
    return any(k.producer > 1 for k in view.state.clients)


@MACHINE.witness("T1", "T3")
def half_visible(view: View) -> bool:
    """A commit is visible on one partition and not yet on another: readers have no snapshot of both."""
    s = view.state
    found = [(entry.transaction, fate) for log in s.logs for entry, fate in fates(log)]
    return is_prepared(s.coordinator) and any((n, None) in found for n, fate in found if fate == COMMIT)


@MACHINE.witness("T10", "T23")
def a_zombie_aborts_its_successor(view: View) -> bool:
    """The only InitProducerId under way is an older instance's, and it has aborted the transaction of a newer one."""
    s = view.state
    if s.used.timeouts or not s.fenced:
        return False
    newest = max(range(len(s.clients)), key=lambda i: (s.clients[i].producer, s.clients[i].epoch))
    aborted = s.clients[newest].transaction
    return aborted in s.fenced and s.used.recoveries > 0 and all(
        init.producer and (init.producer, init.epoch) < s.clients[newest][1:3] for init in s.inits
    )  # fmt: skip
