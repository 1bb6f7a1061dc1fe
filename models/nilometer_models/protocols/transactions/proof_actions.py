"""The actions of version 2 without bounds. Guards bear the names of the rules, or say what they demand.

Guards that safety does not need are left out: requests that were sent once may come again, a verification outlives the
marker of its transaction, a marker of a former coordinator is judged by its epoch alone, and an epoch may be any later
one. So the proof is of more than the model; which guards it does need is in `proof_needs.toml`.
"""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import all_of, any_of, equal, negate
from nilometer_models.protocols.transactions.proof_state import Sorts
from nilometer_models.prover import State, Step, Theory

UNSEEN = ("ResendRecord", "ResendRequest", "FailToFence")
"""Actions of the model that change nothing that the proof has."""


def actions(theory: Theory, sorts: Sorts) -> None:
    """Register all."""
    _clients(theory, sorts)
    _verify(theory, sorts)
    _append(theory, sorts)
    _identities(theory, sorts)
    _ends(theory, sorts)
    _fences(theory, sorts)
    _markers(theory, sorts)
    _completion(theory, sorts)


def _clients(theory: Theory, sorts: Sorts) -> None:
    client_sort, epoch_sort = sorts.client, sorts.epoch

    for name in UNSEEN:

        @theory.action(name)
        def unseen(s: State) -> Step:
            """Something is sent that the proof does not count, or fails without effect."""
            return Step(s)

    @theory.action("SendInit", client=client_sort)
    def send_init(s: State, client: Any) -> Step:
        """An instance starts, and asks for an identity."""
        return Step(s).require("new", equal(s.held(client), epoch_sort.least)).set("asking", client, to=True)

    @theory.action("Recover", client=client_sort)
    def recover(s: State, client: Any) -> Step:
        """A client without an open transaction asks for another epoch."""
        step = Step(s).require("ready", s.ready(client)).require("not_busy", negate(s.busy(client)))
        return step.set("ready", client, to=False).set("asking", client, to=True)

    @theory.action("Begin", of="Send", client=client_sort, transaction=sorts.transaction)
    def begin(s: State, client: Any, transaction: Any) -> Step:
        """A client begins a transaction, in the epoch that it has."""
        return (
            Step(s)
            .require("ready", s.ready(client))
            .require("not_busy", negate(s.busy(client)))
            .require("new", negate(s.begun(transaction)))
            .require("own_id", equal(s.owner(transaction), s.id_of(client)))
            .set("busy", client, to=True)
            .set("begun", transaction, to=True)
            .set("pending", transaction, to=True)
            .set("author", transaction, to=client)
            .set("epoch_of", transaction, to=s.held(client))
            .set("used", s.id_of(client), s.held(client), to=True)
        )

    @theory.action("SendMore", of="Send")
    def send_more(s: State) -> Step:
        """A client sends another record of its transaction: from then on it may arrive; the proof lets any arrive."""
        return Step(s)

    for outcome in ("commit", "abort"):
        _decide(theory, sorts, outcome)


def _decide(theory: Theory, sorts: Sorts, outcome: str) -> None:
    @theory.action(f"Decide{outcome.capitalize()}", of="SendEnd", transaction=sorts.transaction)
    def decide(s: State, transaction: Any) -> Step:
        """A client decides how its transaction ends, and waits: EndTxn may arrive from then on."""
        client = s.author(transaction)
        step = Step(s).require("ready", s.ready(client)).require("pending", s.pending(transaction))
        return step.set(f"decided_to_{outcome}", transaction, to=True).set("ready", client, to=False)


def _verify(theory: Theory, sorts: Sorts) -> None:
    parameters = {"partition": sorts.partition, "transaction": sorts.transaction}

    def accepted(s: State, transaction: Any) -> Step:
        i = s.owner(transaction)
        step = Step(s).require("begun", s.begun(transaction))
        return step.require("present_epoch", equal(s.epoch_of(transaction), s.current(i)))

    @theory.action("VerifyFirst", of="Verify", **parameters)
    def verify_first(s: State, partition: Any, transaction: Any) -> Step:
        """A partition asks the coordinator, which thereby begins the transaction."""
        i = s.owner(transaction)
        return (
            accepted(s, transaction)
            .require("idle", s.idle(i))
            .set("ongoing", i, to=True)
            .set("committed_last", i, to=False)
            .set("ended", i, to=sorts.epoch.least)
            .set("added", i, to=lambda p: equal(p, partition))
            .set("verified", partition, transaction, to=True)
        )

    @theory.action("VerifyMore", of="Verify", **parameters)
    def verify_more(s: State, partition: Any, transaction: Any) -> Step:
        """A partition asks the coordinator, which adds it to the transaction that is open."""
        i = s.owner(transaction)
        step = accepted(s, transaction).require("ongoing", s.ongoing(i)).set("added", i, partition, to=True)
        return step.set("verified", partition, transaction, to=True)


def _append(theory: Theory, sorts: Sorts) -> None:
    @theory.action("AppendRecord", partition=sorts.partition, transaction=sorts.transaction)
    def append(s: State, partition: Any, transaction: Any) -> Step:
        """A partition appends a record, or finds that it has it."""
        i, epoch = s.owner(transaction), s.epoch_of(transaction)
        goes_on = all_of(s.open(partition, i), equal(s.known(partition, i), epoch))
        late = any_of(s.behind_marker(partition, transaction), s.marked(partition, transaction))
        return (
            Step(s)
            .require("begun", s.begun(transaction))
            .require("epoch_not_below", sorts.epoch.at_most(s.known(partition, i), epoch))
            .require("verification", any_of(s.verified(partition, transaction), goes_on))
            .set("holds", partition, transaction, to=True)
            .set("known", partition, i, to=epoch)
            .set("open", partition, i, to=True)
            .set("behind_marker", partition, transaction, to=late)
        )


def _identities(theory: Theory, sorts: Sorts) -> None:
    client_sort, epoch_sort = sorts.client, sorts.epoch

    def answered(s: State, i: Any) -> Step:
        step = Step(s).require("idle", s.idle(i))
        return step.set("ended", i, to=epoch_sort.least).set("committed_last", i, to=False)

    def later(s: State, step: Step, i: Any, epoch: Any, remembered: Any) -> Step:
        step.require("a_later_epoch", epoch_sort.below(s.current(i), epoch))
        return step.set("current", i, to=epoch).set("promised", i, to=epoch).set("last", i, to=remembered)

    @theory.action("AnswerInit", client=client_sort, epoch=epoch_sort, remembered=epoch_sort)
    def answer_init(s: State, client: Any, epoch: Any, remembered: Any) -> Step:
        """The coordinator answers a client with a later epoch, and remembers the one that it asked with."""
        i = s.id_of(client)
        own = all_of(equal(remembered, s.current(i)), equal(remembered, s.held(client)))
        step = answered(s, i).require("asking", s.asking(client))
        step.require("remembers_its_own", any_of(equal(remembered, epoch_sort.least), own))
        return _given(s, later(s, step, i, epoch, remembered), client, epoch).set("asking", client, to=False)

    @theory.action("AnswerInitUnheard", of="AnswerInit", id=sorts.id, epoch=epoch_sort, remembered=epoch_sort)
    def answer_init_unheard(s: State, id: Any, epoch: Any, remembered: Any) -> Step:
        """The coordinator moves to a later epoch, and nobody hears of it."""
        return later(s, answered(s, id), id, epoch, remembered)

    @theory.action("AnswerInitAgain", of="AnswerInit", client=client_sort)
    def answer_init_again(s: State, client: Any) -> Step:
        """A client that has not heard the answer asks again, with the epoch that it had, and gets the present one."""
        i = s.id_of(client)
        return _given(
            s,
            answered(s, i)
            .require("asking", s.asking(client))
            .require("not_its_first", negate(equal(s.held(client), epoch_sort.least)))
            .require("asked_with_the_last", equal(s.held(client), s.last(i))),
            client,
            s.current(i),
        ).set("asking", client, to=False)

    @theory.action("AnswerInitAgainUnheard", of="AnswerInit", id=sorts.id)
    def answer_init_again_unheard(s: State, id: Any) -> Step:
        """The same, and nobody hears of it."""
        return answered(s, id)


def _given(s: State, step: Step, client: Any, epoch: Any) -> Step:
    """A client hears of its epoch."""
    return (
        step.set("held", client, to=epoch)
        .set("ready", client, to=True)
        .set("taken", s.id_of(client), epoch, to=True)
    )  # fmt: skip


def _heard(s: State, step: Step, transaction: Any, epoch: Any) -> Step:
    """The client hears how its transaction ended, and of its next epoch."""
    client = s.author(transaction)
    step.require("pending", s.pending(transaction))
    step = _given(s, step, client, epoch).set("busy", client, to=False).set("pending", transaction, to=False)
    knows = any_of(s.acknowledged(transaction), s.decided_to_commit(transaction))
    return step.set("acknowledged", transaction, to=knows)


def _ended(s: State, sorts: Sorts, step: Step, i: Any, epochs: tuple[Any, Any], outcome: str, ends: Any) -> Step:
    """The transactions that `ends` says are prepared, in a new epoch, and their markers are sent.

    `epochs`: that one, and the one that is promised to the client: the same, or that of the next producer id.
    """
    epoch, next_epoch = epochs
    step.require("promises_no_earlier", sorts.epoch.at_most(epoch, next_epoch))
    added, kind = s.added, f"{outcome}_sent"
    sent = getattr(s, kind)

    def also_sent(p: Any, t: Any, e: Any) -> Any:
        return any_of(sent(p, t, e), all_of(ends(t), added(i, p), equal(e, epoch)))

    decision = getattr(s, f"to_{outcome}")
    return (
        step.set(f"preparing_{outcome}", i, to=True)
        .set("ongoing", i, to=False)
        .set("committed_last", i, to=False)
        .set("ended", i, to=s.current(i))
        .set("last", i, to=s.current(i))
        .set("current", i, to=epoch)
        .set("promised", i, to=next_epoch)
        .set("owed", i, to=lambda p: added(i, p))
        .set(kind, to=also_sent)
        .set(f"to_{outcome}", to=lambda t: any_of(decision(t), ends(t)))
    )


def _ends(theory: Theory, sorts: Sorts) -> None:
    for outcome in ("commit", "abort"):
        for is_heard in (True, False):
            _end(theory, sorts, outcome, is_heard, True)
    for is_heard in (True, False):
        _end(theory, sorts, "abort", is_heard, False)

    @theory.action("EndAgain", of="AnswerEnd", transaction=sorts.transaction)
    def end_again(s: State, transaction: Any) -> Step:
        """EndTxn comes again, is known by the epoch before the present one, and is answered as it was."""
        i = s.owner(transaction)
        committed = all_of(s.committed_last(i), s.decided_to_commit(transaction))
        aborted = all_of(negate(s.committed_last(i)), s.decided_to_abort(transaction))
        step = Step(s).require("idle", s.idle(i)).require("ended_so", any_of(committed, aborted))
        step.require("epoch_before", equal(s.epoch_of(transaction), s.ended(i)))
        return _heard(s, step, transaction, s.current(i))

    @theory.action("EndAgainUnheard", of="AnswerEnd")
    def end_again_unheard(s: State) -> Step:
        """The same, and nobody hears of it."""
        return Step(s)


def _end(theory: Theory, sorts: Sorts, outcome: str, is_heard: bool, is_ongoing: bool) -> None:
    name = (f"End{outcome.capitalize()}" if is_ongoing else "EndNothing") + ("" if is_heard else "Unheard")
    parameters = {"transaction": sorts.transaction, "epoch": sorts.epoch, "next_epoch": sorts.epoch}

    @theory.action(name, of="AnswerEnd", **parameters)
    def end(s: State, transaction: Any, epoch: Any, next_epoch: Any) -> Step:
        """The coordinator decides as EndTxn says, in a new epoch, and sends markers to the partitions, if any."""
        i = s.owner(transaction)
        step = Step(s).require("decided", getattr(s, f"decided_to_{outcome}")(transaction))
        step.require("present_epoch", equal(s.epoch_of(transaction), s.current(i)))
        step.require("a_later_epoch", sorts.epoch.below(s.current(i), epoch))
        step = step.require("ongoing", s.ongoing(i)) if is_ongoing else step.require("idle", s.idle(i))
        step = _ended(s, sorts, step, i, (epoch, next_epoch), outcome, lambda t: equal(t, transaction))
        return _heard(s, step, transaction, next_epoch) if is_heard else step


def _fences(theory: Theory, sorts: Sorts) -> None:
    def fence(name: str, rule: str) -> None:
        @theory.action(name, id=sorts.id, epoch=sorts.epoch, next_epoch=sorts.epoch)
        def aborted(s: State, id: Any, epoch: Any, next_epoch: Any) -> Step:
            """The coordinator aborts the open transaction of its own accord, in a new epoch."""

            def ends(t: Any) -> Any:
                return s.has_epoch(t, id, s.current(id))

            step = Step(s).require("ongoing", s.ongoing(id))
            step.require(rule, sorts.epoch.below(s.current(id), epoch))
            step = _ended(s, sorts, step, id, (epoch, next_epoch), "abort", ends)
            return step.set("fenced", to=lambda t: any_of(s.fenced(t), ends(t)))

    fence("FenceByInit", "a_later_epoch")
    fence("AbortTimedOut", "timeout_fences")


def _markers(theory: Theory, sorts: Sorts) -> None:
    partition_sort, epoch_sort = sorts.partition, sorts.epoch

    def written(s: State, step: Step, p: Any, i: Any, epoch: Any, outcome: str, ends: Any) -> Step:
        """A partition writes a marker: it decides what is undecided there of the same id."""
        known, fate = s.known(p, i), "committed" if outcome == "commit" else "aborted"
        repeated = all_of(equal(epoch, known), negate(s.open(p, i)))
        step.require("marker_epoch_checked", any_of(epoch_sort.below(known, epoch), repeated))

        def decides(t: Any) -> Any:
            return any_of(getattr(s, fate)(p, t), all_of(s.undecided(p, t), equal(s.owner(t), i)))

        return (
            step.set(fate, p, to=decides)
            .set("known", p, i, to=epoch)
            .set("open", p, i, to=False)
            .set("marked", p, to=lambda t: any_of(s.marked(p, t), ends(t)))
        )

    def write(outcome: str, is_answered: bool) -> None:
        name = f"Write{outcome.capitalize()}{'' if is_answered else 'Unanswered'}"

        @theory.action(name, of="WriteMarker", partition=partition_sort, id=sorts.id)
        def marker(s: State, partition: Any, id: Any) -> Step:
            """A partition writes the marker of the transaction that is prepared; the coordinator may not hear of it."""
            step = Step(s).require("preparing", getattr(s, f"preparing_{outcome}")(id))

            def ends(t: Any) -> Any:
                return s.has_epoch(t, id, s.ended(id))

            step = written(s, step, partition, id, s.current(id), outcome, ends)
            return step.set("owed", id, partition, to=False) if is_answered else step

    def write_late(outcome: str) -> None:
        parameters = {"partition": partition_sort, "transaction": sorts.transaction, "epoch": epoch_sort}

        @theory.action(f"WriteLate{outcome.capitalize()}", of="WriteLateMarker", **parameters)
        def late(s: State, partition: Any, transaction: Any, epoch: Any) -> Step:
            """A marker of a former coordinator arrives at last."""
            step = Step(s).require("was_sent", getattr(s, f"{outcome}_sent")(partition, transaction, epoch))
            return written(s, step, partition, s.owner(transaction), epoch, outcome, lambda t: equal(t, transaction))

    for outcome in ("commit", "abort"):
        write(outcome, True)
        write(outcome, False)
        write_late(outcome)


def _completion(theory: Theory, sorts: Sorts) -> None:
    @theory.action("Complete", id=sorts.id)
    def complete(s: State, id: Any) -> Step:
        """Every marker is written: the transaction is complete, and where epochs are used up the next id comes."""
        return (
            Step(s)
            .require("preparing", s.preparing(id))
            .require("all_markers", negate(sorts.partition.exists(lambda p: s.owed(id, p))))
            .set("committed_last", id, to=s.preparing_commit(id))
            .set("preparing_commit", id, to=False)
            .set("preparing_abort", id, to=False)
            .set("added", id, to=False)
            .set("current", id, to=s.promised(id))
        )

    @theory.action("Reload", id=sorts.id)
    def reload(s: State, id: Any) -> Step:
        """A new coordinator reads the log: what is prepared goes on, with markers to all partitions again."""
        return Step(s).set("owed", id, to=lambda p: all_of(s.preparing(id), s.added(id, p)))
