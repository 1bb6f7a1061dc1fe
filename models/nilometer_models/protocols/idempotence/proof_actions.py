"""What happens, as steps of the proof. A guard that a rule demands has the name of the rule.

`Deliver` of the executable model is four actions, by its verdict; `answered` says that the request came on the current
connection. Guards that safety does not need are left out: when a client sends again, whether a retry goes first.
"""

from __future__ import annotations

from typing import Any

import z3

from nilometer_models.logic import all_of, any_of, equal, implies, negate
from nilometer_models.protocols.idempotence.proof_state import Sizes, Sorts
from nilometer_models.protocols.idempotence.state import NOTHING, Rules
from nilometer_models.prover import BOOLEAN, State, Step, Theory, choose, every

NO_SEQUENCE, NO_ANSWER = z3.IntVal(NOTHING), z3.IntVal(0)


def actions(theory: Theory, sorts: Sorts, sizes: Sizes, rules: Rules) -> None:
    """Declare the initial state and all actions."""
    _initially(theory, sorts)
    _client(theory, sorts, sizes)
    _answers(theory, sorts, sizes, rules)
    _leader(theory, sorts, sizes, rules)
    _refusals(theory, sorts)
    _nothing_written(theory, sorts, rules)
    _faults(theory, sorts, sizes, rules)


def _initially(theory: Theory, sorts: Sorts) -> None:
    @theory.initially
    def nothing_was_sent(s: State) -> Any:
        zeros = ("epoch", "next_sequence", "sent", "top", "end", "replicated", "forgotten", "answers")
        return all_of(
            *(equal(getattr(s, name)(), 0) for name in zeros), equal(s.first(), 1), equal(s.last_acked(), NOTHING),
            equal(s.base_of(0), 0), negate(s.known()),
        )  # fmt: skip

    @theory.initially
    def nothing_is_acknowledged(s: State) -> Any:
        return every(sorts.number, lambda batch: negate(s.acked(batch)))

    @theory.initially
    def nothing_is_under_way(s: State) -> Any:
        return every(sorts.request, lambda request: negate(s.under_way(request)))


# ------------------------------------------------------------------------------------------------------ client


def _client(theory: Theory, sorts: Sorts, sizes: Sizes) -> None:
    @theory.action("Send", request=sorts.request)
    def send(s: State, request: Any) -> Step:
        """The client sends a new batch."""
        step = Step(s).require("counts_span", s.sent() - s.first() + 1 < sizes.in_flight)
        step.require("numbered", all_of(
            equal(s.batch_of(request), s.sent() + 1), equal(s.epoch_of(request), s.epoch()),
            equal(s.sequence_of(request), s.next_sequence()),
        ))  # fmt: skip
        step.set("under_way", request, to=True)
        step.set("flight_sequence", s.sent() + 1, to=s.next_sequence())
        step.set("next_sequence", to=(s.next_sequence() + 1) % sizes.modulus)
        return step.set("sent", to=s.sent() + 1)

    @theory.action("Resend", request=sorts.request)
    def resend(s: State, request: Any) -> Step:
        """The client sends a batch in flight again."""
        batch = s.batch_of(request)
        step = Step(s).require("in_flight", s.in_flight(batch))
        step.require(
            "numbered",
            all_of(equal(s.epoch_of(request), s.epoch()), equal(s.sequence_of(request), s.flight_sequence(batch))),
        )
        return step.set("under_way", request, to=True)

    @theory.action("BumpForAnotherPartition")
    def bump_for_another_partition(s: State) -> Step:
        """With nothing in flight the client begins a new epoch."""
        return _begin_epoch(s, Step(s).require("drained", equal(s.first(), s.sent() + 1)))


def _begin_epoch(s: State, step: Step) -> Step:
    step.set("epoch", to=s.epoch() + 1).set("base_of", s.epoch() + 1, to=s.first() - 1)
    return step.set("next_sequence", to=s.sent() + 1 - s.first()).set("last_acked", to=NO_SEQUENCE)


# ----------------------------------------------------------------------------------------------------- answers

_QUEUES = ("is_success", "is_refusal", "answer_batch", "answer_epoch", "answer_offset", "answer_end")
_NO = {"is_success": False, "is_refusal": False}


def _push(s: State, step: Step, answered: Any, **values: Any) -> Step:
    """An answer goes to the end of the queue, if it was asked for on the current connection."""
    values = {"is_success": False, "is_refusal": False, "answer_offset": NOTHING, "answer_end": s.end(), **values}
    for name in _QUEUES:
        old = getattr(s, name)
        step.set(name, s.answers(), to=lambda old=old, value=values[name]: _either(answered, value, old(s.answers())))
    return step.set("answers", to=choose(answered, s.answers() + 1, s.answers()))


def _either(condition: Any, then: Any, otherwise: Any) -> Any:
    if isinstance(then, bool):
        return any_of(condition, otherwise) if then else all_of(negate(condition), otherwise)
    return choose(condition, then, otherwise)


def _pop(s: State, step: Step) -> Step:
    """The answer at place 0 is taken; the others move up."""
    step.require("queued", s.answers() > 0)
    for name in _QUEUES:
        old = getattr(s, name)
        step.set(name, to=lambda place, old=old: _moved(place + 1 < s.answers(), old, place))
    return step.set("answers", to=s.answers() - 1)


def _moved(is_there: Any, old: Any, place: Any) -> Any:
    following = old(place + 1)
    if following.sort() == BOOLEAN.ref:
        return all_of(is_there, following)
    return choose(is_there, following, NOTHING)


def _answers(theory: Theory, sorts: Sorts, sizes: Sizes, rules: Rules) -> None:
    @theory.action("TakeSuccess", of="TakeAnswer", following=sorts.number)
    def take_success(s: State, following: Any) -> Step:
        """A batch in flight is done; `following` is the first one now that is not."""
        batch = s.answer_batch(0)
        step = _pop(s, Step(s)).require("success", s.is_success(0)).require("in_flight", s.in_flight(batch))
        step.require("acks_all", s.answer_offset(0) < s.replicated())
        step.set("acked", batch, to=True).set("ack_offset", batch, to=s.answer_offset(0))
        after = step.after
        step.require("following", all_of(
            s.first() <= following, following <= s.sent() + 1, negate(after.acked(following)),
            every(sorts.number, lambda b: implies(all_of(s.first() <= b, b < following), after.acked(b))),
        ))  # fmt: skip
        is_top = batch > s.top()
        step.set("first", to=following).set("top", to=choose(is_top, batch, s.top()))
        return step.set("last_acked", to=choose(is_top, s.flight_sequence(batch), s.last_acked()))

    @theory.action("TakeRefusal", of="TakeAnswer")
    def take_refusal(s: State) -> Step:
        """The batch after the last acknowledged one was refused: the client begins a new epoch (KIP-360)."""
        batch = s.answer_batch(0)
        step = _pop(s, Step(s)).require("refusal", s.is_refusal(0)).require("in_flight", s.in_flight(batch))
        step.require("same_epoch", equal(s.answer_epoch(0), s.epoch()))
        after_last = choose(equal(s.last_acked(), NOTHING), 0, (s.last_acked() + 1) % sizes.modulus)
        step.require("bumps_only_if_next", equal(s.flight_sequence(batch), after_last))

        def renumbered(b: Any) -> Any:
            sequence = b - s.first() if rules.renumbered_in_order else s.sent() - b
            return choose(s.in_flight(b), sequence, s.flight_sequence(b))

        step.set("flight_sequence", to=renumbered)
        return _begin_epoch(s, step)

    @theory.action("TakeOther", of="TakeAnswer")
    def take_other(s: State) -> Step:
        """An answer that changes nothing but what is sent again."""
        return _pop(s, Step(s))


# ------------------------------------------------------------------------------------------------------ leader


def _arrives(s: State, request: Any, sizes: Sizes) -> Step:
    step = Step(s).require("under_way", s.under_way(request))
    return step.require("delay_bounded", s.sent() - s.batch_of(request) + 1 < sizes.modulus)


def _leader(theory: Theory, sorts: Sorts, sizes: Sizes, rules: Rules) -> None:
    number, kept = sorts.number, sizes.window if rules.remembers_window else 1

    @theory.action("DeliverNext", of="Deliver", request=sorts.request, answered=BOOLEAN)
    def deliver_next(s: State, request: Any, answered: Any) -> Step:
        """The next batch, or the first one of an epoch, is appended."""
        epoch, sequence, end = s.epoch_of(request), s.sequence_of(request), s.end()
        step = _arrives(s, request, sizes)
        step.require("unknown_starts_at_zero", implies(negate(s.known()), equal(sequence, 0)))
        step.require("epoch_fenced", implies(s.known(), epoch >= s.producer_epoch()))
        step.require(
            "new_epoch_starts_at_zero", implies(all_of(s.known(), epoch > s.producer_epoch()), equal(sequence, 0))
        )
        step.require(
            "gaps_refused",
            implies(all_of(s.known(), epoch <= s.producer_epoch()), equal(sequence, s.next_expected())),
        )
        step.set("log_batch", end, to=s.batch_of(request))
        step.set("log_epoch", end, to=epoch).set("log_sequence", end, to=sequence)
        goes_on = all_of(s.known(), equal(epoch, s.producer_epoch()))
        oldest = end + 1 - kept
        step.set("window_start", to=choose(goes_on, choose(s.window_start() >= oldest, s.window_start(), oldest), end))
        step.set("kept_sequence", end, to=sequence).set("producer_epoch", to=epoch).set("known", to=True)
        step.set("end", to=end + 1)
        return _push(
            s, step, answered, is_success=True, answer_batch=s.batch_of(request), answer_epoch=epoch,
            answer_offset=end, answer_end=end + 1,
        )  # fmt: skip

    @theory.action("DeliverDuplicate", of="Deliver", request=sorts.request, offset=number, answered=BOOLEAN)
    def deliver_duplicate(s: State, request: Any, offset: Any, answered: Any) -> Step:
        """A batch that is remembered is answered with its offset."""
        step = _arrives(s, request, sizes).require("known", s.known())
        step.require("same_epoch", equal(s.epoch_of(request), s.producer_epoch()))
        step.require("remembered", all_of(s.remembered(offset), equal(s.kept_sequence(offset), s.sequence_of(request))))
        told = offset if rules.duplicate_has_its_offset else s.end()
        return _push(
            s, step, answered, is_success=True, answer_batch=s.batch_of(request), answer_epoch=s.epoch_of(request),
            answer_offset=told,
        )  # fmt: skip


def _refusals(theory: Theory, sorts: Sorts) -> None:
    number = sorts.number

    def refused(s: State, step: Step, request: Any, answered: Any) -> Step:
        return _push(
            s, step, answered, is_refusal=True, answer_batch=s.batch_of(request), answer_epoch=s.epoch_of(request)
        )

    @theory.action("RefuseFirst", of="Deliver", request=sorts.request, answered=BOOLEAN)
    def refuse_first(s: State, request: Any, answered: Any) -> Step:
        """Nothing is known of the producer, and this cannot be its first batch."""
        step = Step(s).require("under_way", s.under_way(request)).require("unknown", negate(s.known()))
        step.require("first_is_taken", negate(equal(s.sequence_of(request), 0)))
        return refused(s, step, request, answered)

    @theory.action("RefuseFirstOfEpoch", of="Deliver", request=sorts.request, answered=BOOLEAN)
    def refuse_first_of_epoch(s: State, request: Any, answered: Any) -> Step:
        """The epoch is new, and this cannot be its first batch."""
        step = Step(s).require("under_way", s.under_way(request))
        step.require("new_epoch", s.epoch_of(request) > s.producer_epoch())
        step.require("first_is_taken", negate(equal(s.sequence_of(request), 0)))
        return refused(s, step, request, answered)

    @theory.action("RefuseGap", of="Deliver", request=sorts.request, answered=BOOLEAN)
    def refuse_gap(s: State, request: Any, answered: Any) -> Step:
        """The batch is neither the next one nor remembered."""
        step = Step(s).require("under_way", s.under_way(request)).require("known", s.known())
        step.require("same_epoch", equal(s.epoch_of(request), s.producer_epoch()))
        step.require("next_is_taken", negate(equal(s.sequence_of(request), s.next_expected())))

        def is_duplicate(o: Any) -> Any:
            return all_of(s.remembered(o), equal(s.kept_sequence(o), s.sequence_of(request)))

        step.require("deduplicates", every(number, lambda o: negate(is_duplicate(o))))
        return refused(s, step, request, answered)


def _nothing_written(theory: Theory, sorts: Sorts, rules: Rules) -> None:
    @theory.action("DeliverOld", of="Deliver", request=sorts.request, answered=BOOLEAN)
    def deliver_old(s: State, request: Any, answered: Any) -> Step:
        """A batch of an older epoch is refused for good."""
        return _push(
            s,
            Step(s).require("under_way", s.under_way(request)),
            answered,
            answer_batch=s.batch_of(request),
            answer_epoch=s.epoch_of(request),
        )

    @theory.action("FailAppend", request=sorts.request, answered=BOOLEAN)
    def fail_append(s: State, request: Any, answered: Any) -> Step:
        """Nothing is written."""
        step = Step(s).require("under_way", s.under_way(request))
        if not rules.state_follows_append:
            step.set("known", to=True).set("producer_epoch", to=s.epoch_of(request))
            step.set("window_start", to=s.end()).set("kept_sequence", s.end(), to=s.sequence_of(request))
        return _push(s, step, answered, answer_batch=s.batch_of(request), answer_epoch=s.epoch_of(request))

    @theory.action("Replicate")
    def replicate(s: State) -> Step:
        """The followers have the next record."""
        step = Step(s).require("more", s.replicated() < s.end())
        return step.set("replicated", to=s.replicated() + 1)


# ------------------------------------------------------------------------------------------------------ faults


def _faults(theory: Theory, sorts: Sorts, sizes: Sizes, rules: Rules) -> None:
    kept = sizes.window if rules.remembers_window else 1

    @theory.action("Break")
    def connection_breaks(s: State) -> Step:
        """No answer that is under way arrives."""
        return Step(s).set("answers", to=NO_ANSWER)

    @theory.action("Failover", start=sorts.number)
    def failover(s: State, start: Any) -> Step:
        """The log ends where it is replicated; `start` is the first offset that its end remembers."""
        end = s.replicated()
        step = Step(s).set("answers", to=NO_ANSWER).set("end", to=end)
        if not rules.truncation_rewinds_state:
            return step
        last, oldest = s.log_epoch(end - 1), end - kept
        from_which = choose(s.forgotten() >= oldest, s.forgotten(), oldest)
        step.require("fold", implies(s.forgotten() < end, all_of(
            from_which <= start, start < end,
            any_of(equal(start, from_which), negate(equal(s.log_epoch(start - 1), last))),
            every(sorts.number, lambda o: implies(all_of(start <= o, o < end), equal(s.log_epoch(o), last))),
        )))  # fmt: skip
        step.set("known", to=s.forgotten() < end).set("producer_epoch", to=last).set("window_start", to=start)
        return step.set("kept_sequence", to=s.log_sequence)

    @theory.action("Restart")
    def restart(s: State) -> Step:
        """What was under way is lost; the snapshot has the producer's state."""
        step = Step(s).set("answers", to=NO_ANSWER).set("under_way", to=False)
        return step if rules.snapshot_has_window else step.set("window_start", to=s.end() - 1)

    @theory.action("Evict")
    def evict(s: State) -> Step:
        """An idle producer is forgotten, and what was under way is lost."""
        step = Step(s).require("state_kept_while_busy", equal(s.first(), s.sent() + 1))
        step.require(
            "not_about_to_wrap",
            any_of(equal(s.next_sequence(), 0), s.next_sequence() + sizes.in_flight <= sizes.modulus),
        )
        return step.set("known", to=False).set("forgotten", to=s.end()).set("under_way", to=False)

    @theory.action("DeleteRecords")
    def delete_records(s: State) -> Step:
        """Records go, the producer's state stays."""
        return Step(s) if rules.state_outlives_records else Step(s).set("known", to=False)
