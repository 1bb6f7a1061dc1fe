"""What the proof speaks of: a client, a partition, and requests and answers under way, without bounds.

Batches are counted 1, 2, 3 …, offsets 0, 1, 2 …; both are integers, and so are epochs and sequences. Requests are a
sort: a request has a batch, an epoch and a sequence that never change, and may be delivered in any order, at any time
and any number of times. That is more than one connection after the other allows; what the proof needs of connections
is that answers come in the order in which they were given, and that no answer comes from a broken one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from nilometer_models.logic import all_of, negate
from nilometer_models.prover import Sort, State, Theory


class Sizes(NamedTuple):
    """The numbers of a broker and of a client."""

    modulus: int = 2**31
    window: int = 5
    in_flight: int = 5


class Sorts(NamedTuple):
    """Sorts of the proof."""

    number: Sort
    request: Sort


def symbols(theory: Theory, sizes: Sizes) -> Sorts:
    """Declare the state."""
    number, request = theory.integers("Int"), theory.sort("Request")
    for name in ("batch_of", "epoch_of", "sequence_of"):
        theory.function(name, request, to=number)
    theory.relation("under_way", request, ghost=True)
    _client(theory, number)
    _partition(theory, number)
    _answers(theory, number)
    _definitions(theory, sizes)
    theory.waive(number, number, "offsets have batches and sequences, both integers: z3 copes with the few lemmas")
    return Sorts(number, request)


def _client(theory: Theory, number: Sort) -> None:
    for name in ("epoch", "next_sequence", "last_acked", "sent"):
        theory.function(name, to=number)
    theory.function("first", to=number)  # the first batch that is not acknowledged, or the next one
    theory.function("top", to=number)  # the last batch that is acknowledged
    theory.relation("acked", number)
    theory.function("ack_offset", number, to=number)
    theory.function("flight_sequence", number, to=number)  # of a batch in flight
    theory.function("base_of", number, to=number, ghost=True)  # batches that were sent before this epoch began


def _partition(theory: Theory, number: Sort) -> None:
    for name in ("end", "replicated", "forgotten"):
        theory.function(name, to=number)
    for name in ("log_batch", "log_epoch", "log_sequence"):
        theory.function(name, number, to=number)
    theory.relation("known")
    theory.function("producer_epoch", to=number)
    theory.function("window_start", to=number)  # the offset of the first batch that is remembered
    theory.function("kept_sequence", number, to=number)  # of a remembered batch, by its offset


def _answers(theory: Theory, number: Sort) -> None:
    """A queue: place 0 is the next answer."""
    theory.function("answers", to=number)
    theory.relation("is_success", number)
    theory.relation("is_refusal", number)  # OUT_OF_ORDER_SEQUENCE_NUMBER
    for name in ("answer_batch", "answer_epoch", "answer_offset"):
        theory.function(name, number, to=number)
    theory.function("answer_end", number, to=number, ghost=True)  # the log end when it was given


def _definitions(theory: Theory, sizes: Sizes) -> None:
    @theory.define
    def base(s: State) -> Any:
        return s.base_of(s.epoch())

    @theory.define
    def in_flight(s: State, batch: Any) -> Any:
        return all_of(s.first() <= batch, batch <= s.sent(), negate(s.acked(batch)))

    @theory.define
    def in_log(s: State, offset: Any) -> Any:
        return all_of(offset >= 0, offset < s.end())

    @theory.define
    def remembered(s: State, offset: Any) -> Any:
        return all_of(s.window_start() <= offset, offset < s.end())

    @theory.define
    def queued(s: State, place: Any) -> Any:
        return all_of(place >= 0, place < s.answers())

    @theory.define
    def next_expected(s: State) -> Any:
        """The sequence after the last remembered one."""
        return (s.kept_sequence(s.end() - 1) + 1) % sizes.modulus

    @theory.define
    def initial_sequence(s: State, batch: Any) -> Any:
        """The sequence of a batch in the current epoch."""
        return (batch - 1 - s.base()) % sizes.modulus
