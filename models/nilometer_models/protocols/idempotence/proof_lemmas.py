"""Why idempotence holds: lemmas that every step keeps.

goal        the log is the batches 1, 2, 3 … up to its end: so there is no duplicate, no hole, and the order is kept
order       how far the client, the log and what is acknowledged are from each other
sequences   a sequence is a batch's distance from the beginning of its epoch, modulo the cycle
epochs      where in the log epochs begin
state       what the partition knows, or has forgotten
under way   requests of the current epoch are numbered like batches in flight; older ones can do no harm any more
answers     a success tells the truth; a refusal comes before the gap closes, or the producer is forgotten
"""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import all_of, any_of, equal, implies, negate
from nilometer_models.protocols.idempotence.proof_state import Sizes, Sorts
from nilometer_models.protocols.idempotence.state import NOTHING
from nilometer_models.prover import State, Theory, choose, every


def lemmas(theory: Theory, sorts: Sorts, sizes: Sizes) -> None:
    """Declare all lemmas."""
    _order(theory, sorts, sizes)
    _sequences(theory, sorts)
    _epochs(theory, sorts, sizes)
    _state(theory, sorts, sizes)
    _under_way(theory, sorts, sizes)
    _answers(theory, sorts)


def _order(theory: Theory, sorts: Sorts, sizes: Sizes) -> None:
    number = sorts.number

    @theory.lemma("goal")
    def log_is_what_was_sent(s: State) -> Any:
        """At each offset lies the batch with the next number."""
        return every(number, lambda o: implies(s.in_log(o), equal(s.log_batch(o), o + 1)))

    @theory.lemma("order")
    def ends_in_order(s: State) -> Any:
        """What is forgotten is replicated, what is replicated is in the log, what is in the log was sent."""
        return all_of(
            s.forgotten() >= 0, s.forgotten() <= s.replicated(), s.replicated() <= s.end(), s.end() <= s.sent()
        )

    @theory.lemma("order")
    def flight_is_short(s: State) -> Any:
        """The first batch in flight is not far behind the last one."""
        return all_of(s.first() <= s.sent() + 1, s.sent() - s.first() + 1 <= sizes.in_flight, s.answers() >= 0)

    @theory.lemma("order")
    def first_is_first(s: State) -> Any:
        """All before the first batch in flight is acknowledged, it is not; forgotten batches are acknowledged."""
        return all_of(
            negate(s.acked(s.first())), s.forgotten() < s.first(),
            every(number, lambda b: implies(all_of(b >= 1, b < s.first()), s.acked(b))),
        )  # fmt: skip

    @theory.lemma("order")
    def top_is_last(s: State) -> Any:
        """Nothing after the last acknowledged batch is acknowledged, and it is replicated."""
        return all_of(
            s.top() >= s.first() - 1, s.top() <= s.replicated(), s.top() >= s.base(),
            every(number, lambda b: implies(b > s.top(), negate(s.acked(b)))),
        )  # fmt: skip

    @theory.lemma("order")
    def acked_at_offset(s: State) -> Any:
        """A batch is acknowledged with its offset."""
        return every(
            number,
            lambda b: implies(s.acked(b), all_of(equal(s.ack_offset(b), b - 1), b >= 1, b <= s.replicated())),
        )


def _sequences(theory: Theory, sorts: Sorts) -> None:
    number = sorts.number

    @theory.lemma("sequences")
    def epoch_has_begun(s: State) -> Any:
        """The epoch began at or before the first batch in flight."""
        return all_of(s.epoch() >= 0, s.base() >= 0, s.base() < s.first())

    @theory.lemma("sequences")
    def next_sequence_counts(s: State) -> Any:
        """The client's next sequence is that of the next batch."""
        return equal(s.next_sequence(), s.initial_sequence(s.sent() + 1))

    @theory.lemma("sequences")
    def flight_is_numbered(s: State) -> Any:
        """So is each batch in flight."""
        return every(number, lambda b: implies(s.in_flight(b), equal(s.flight_sequence(b), s.initial_sequence(b))))

    @theory.lemma("sequences")
    def last_acked_is_top(s: State) -> Any:
        """The last acknowledged sequence is that of the last acknowledged batch, if it is of this epoch."""
        return choose(
            equal(s.last_acked(), NOTHING), equal(s.top(), s.base()),
            all_of(s.top() > s.base(), equal(s.last_acked(), s.initial_sequence(s.top()))),
        )  # fmt: skip


def _epochs(theory: Theory, sorts: Sorts, sizes: Sizes) -> None:
    number = sorts.number

    @theory.lemma("epochs")
    def log_is_numbered(s: State) -> Any:
        """The sequence in the log is the distance from the beginning of the epoch."""
        return every(
            number,
            lambda o: implies(
                s.in_log(o),
                all_of(
                    equal(s.log_sequence(o), (o - s.base_of(s.log_epoch(o))) % sizes.modulus),
                    o >= s.base_of(s.log_epoch(o)), s.log_epoch(o) <= s.epoch(), s.log_epoch(o) >= 0,
                ),
            ),
        )  # fmt: skip

    @theory.lemma("epochs")
    def epochs_begin_where_they_began(s: State) -> Any:
        """What lies behind the beginning of an epoch is of that epoch or of a later one."""
        return every(
            number, number,
            lambda o, e: implies(
                all_of(s.in_log(o), e >= 0, e <= s.epoch(), o >= s.base_of(e)), s.log_epoch(o) >= e
            ),
        )  # fmt: skip


def _state(theory: Theory, sorts: Sorts, sizes: Sizes) -> None:
    number = sorts.number

    @theory.lemma("state")
    def known_means_not_forgotten(s: State) -> Any:
        """The partition knows the producer if there is a batch of it that is not forgotten; its epoch is the last."""
        return all_of(
            equal(s.known(), s.forgotten() < s.end()),
            implies(s.known(), equal(s.producer_epoch(), s.log_epoch(s.end() - 1))),
        )

    @theory.lemma("state")
    def window_is_fold_of_log(s: State) -> Any:
        """The last batches of that epoch are remembered, with their sequences."""
        return implies(
            s.known(),
            all_of(
                s.window_start() < s.end(), s.window_start() >= s.forgotten(),
                s.window_start() >= s.end() - sizes.window,
                every(number, lambda o: implies(
                    s.remembered(o),
                    all_of(equal(s.kept_sequence(o), s.log_sequence(o)), equal(s.log_epoch(o), s.producer_epoch())),
                )),
            ),
        )  # fmt: skip

    @theory.lemma("state")
    def what_is_in_flight_is_remembered(s: State) -> Any:
        """A batch in flight that is in the log is remembered with its sequence: the window is as long as the flight."""
        ours = all_of(s.known(), equal(s.producer_epoch(), s.epoch()))
        return every(
            number,
            lambda b: implies(
                all_of(ours, s.in_flight(b), b <= s.end()),
                all_of(s.window_start() <= b - 1, equal(s.kept_sequence(b - 1), s.initial_sequence(b))),
            ),
        )

    @theory.lemma("state")
    def forgotten_far_from_wrap(s: State) -> Any:
        """Right after what is forgotten, no batch but the first one can have the sequence 0, unless an epoch begins."""
        expected = s.initial_sequence(s.forgotten() + 1)
        return implies(
            s.base() <= s.forgotten(), any_of(equal(expected, 0), expected + sizes.in_flight <= sizes.modulus)
        )


def _under_way(theory: Theory, sorts: Sorts, sizes: Sizes) -> None:
    request = sorts.request

    @theory.lemma("under way")
    def requests_were_sent(s: State) -> Any:
        """A request under way is of a batch that was sent since the producer was last forgotten."""
        return every(
            request,
            lambda r: implies(
                s.under_way(r),
                all_of(
                    s.batch_of(r) > s.forgotten(), s.batch_of(r) <= s.sent(), s.epoch_of(r) <= s.epoch(),
                    s.epoch_of(r) >= 0,
                ),
            ),
        )  # fmt: skip

    @theory.lemma("under way")
    def requests_are_numbered(s: State) -> Any:
        """Its sequence is the batch's distance from the beginning of its epoch."""
        return every(
            request,
            lambda r: implies(
                s.under_way(r),
                all_of(
                    s.batch_of(r) > s.base_of(s.epoch_of(r)),
                    equal(s.sequence_of(r), (s.batch_of(r) - 1 - s.base_of(s.epoch_of(r))) % sizes.modulus),
                ),
            ),
        )

    @theory.lemma("under way")
    def old_requests_are_harmless(s: State) -> Any:
        """One of an older epoch is of a batch that is in the log for good, or the log has gone beyond its epoch."""
        return every(
            request,
            lambda r: implies(
                all_of(s.under_way(r), s.epoch_of(r) < s.epoch()),
                any_of(
                    s.batch_of(r) <= s.base(),
                    all_of(negate(equal(s.sequence_of(r), 0)), s.base_of(s.epoch_of(r) + 1) >= 0, every(
                        sorts.number,
                        lambda o: implies(all_of(s.in_log(o), o >= s.forgotten()), s.log_epoch(o) > s.epoch_of(r)),
                    )),
                ),
            ),
        )  # fmt: skip


def _answers(theory: Theory, sorts: Sorts) -> None:
    number = sorts.number

    @theory.lemma("answers")
    def answers_in_order(s: State) -> Any:
        """An earlier answer saw a log that was not longer; the log is at least as long now."""
        return every(
            number, number,
            lambda p, q: implies(
                all_of(s.queued(p), s.queued(q), p <= q),
                all_of(s.answer_end(p) <= s.answer_end(q), s.answer_end(q) <= s.end()),
            ),
        )  # fmt: skip

    @theory.lemma("answers")
    def answers_were_asked_for(s: State) -> Any:
        """An answer is to a batch that was sent, in this epoch or an older one."""
        return every(
            number,
            lambda p: implies(s.queued(p), all_of(s.answer_batch(p) <= s.sent(), s.answer_epoch(p) <= s.epoch())),
        )

    @theory.lemma("answers")
    def success_tells_the_offset(s: State) -> Any:
        """A success has the offset of its batch, which was in the log when it was given."""
        return every(
            number,
            lambda p: implies(
                all_of(s.queued(p), s.is_success(p)),
                all_of(
                    equal(s.answer_offset(p), s.answer_batch(p) - 1), s.answer_batch(p) >= 1,
                    s.answer_batch(p) <= s.answer_end(p),
                ),
            ),
        )  # fmt: skip

    @theory.lemma("answers")
    def acknowledged_before_answer(s: State) -> Any:
        """What is acknowledged was in the log when any answer was given that is still under way."""
        return every(number, lambda p: implies(s.queued(p), s.top() <= s.answer_end(p)))

    @theory.lemma("answers")
    def refusal_has_a_reason(s: State) -> Any:
        """A batch in flight was refused because one before it was missing, or because the producer is forgotten."""
        return every(
            number,
            lambda p: implies(
                all_of(
                    s.queued(p), s.is_refusal(p), equal(s.answer_epoch(p), s.epoch()), s.in_flight(s.answer_batch(p))
                ),
                any_of(
                    s.answer_batch(p) > s.answer_end(p) + 1,
                    all_of(negate(s.known()), negate(equal(s.initial_sequence(s.end() + 1), 0))),
                ),
            ),
        )
