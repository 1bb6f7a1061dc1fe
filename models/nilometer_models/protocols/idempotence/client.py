"""What the client does. It sends new batches only while nothing has to be retried, and retries one at a time, in
order (`RecordAccumulator.shouldStopDrainBatchesForPartition`).

    Send  Resend  TakeAnswer  BumpForAnotherPartition
"""

from __future__ import annotations

from nilometer_models.protocols.idempotence.model import MACHINE, spend
from nilometer_models.protocols.idempotence.state import NOTHING, Answer, Client, Config, InFlight, Request, State


def put(s: State, request: Request) -> State:
    """A request goes out on the current connection."""
    at = s.connection - 1
    return s._replace(wires=(*s.wires[:at], (*s.wires[at], request), *s.wires[at + 1 :]))


def reconnect(s: State) -> State:
    """A new connection: no answer of the old one arrives, and nothing that is in flight is under way on the new one."""
    in_flight = tuple(batch._replace(awaiting=False) for batch in s.in_flight)
    return s._replace(connection=s.connection + 1, answers=(), in_flight=in_flight)


def next_in_client(c: Config, sequence: int) -> int:
    return (sequence + 1) % c.modulus


@MACHINE.action("client")
class Send:
    """The client sends a new batch."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.client.sent >= c.batches:
            return "bound: batches"
        if any(not batch.awaiting for batch in s.in_flight):
            return "a retry goes first"
        if c.rules.counts_span and s.in_flight and s.client.sent - s.in_flight[0].batch + 1 >= c.in_flight:
            return "the first batch in flight is too far behind"
        return "too many batches are in flight" if len(s.in_flight) >= c.in_flight else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        request = Request(s.client.sent + 1, s.client.epoch, s.client.next_sequence)
        client = s.client._replace(sent=s.client.sent + 1, next_sequence=next_in_client(c, request.sequence))
        return put(s, request)._replace(client=client, in_flight=(*s.in_flight, InFlight(*request, awaiting=True)))


@MACHINE.action("client")
class Resend:
    """The client sends the first batch in flight again."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if not s.in_flight:
            return "nothing is in flight"
        return "its answer is awaited" if s.in_flight[0].awaiting else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        first = s.in_flight[0]
        sent = put(s, Request(first.batch, first.epoch, first.sequence))
        return sent._replace(in_flight=(first._replace(awaiting=True), *s.in_flight[1:]))


def batch_in_flight(s: State, batch: int) -> InFlight | None:
    return next((found for found in s.in_flight if found.batch == batch), None)


def bumps(c: Config, s: State, answer: Answer) -> bool:
    """Does the client take this answer for the loss of the producer's state? (`TransactionManager.canRetry`)"""
    batch = batch_in_flight(s, answer.batch)
    if answer.verdict != "out_of_order" or batch is None or batch.epoch != answer.epoch:
        return False
    after_last_acked = 0 if s.client.last_acked == NOTHING else next_in_client(c, s.client.last_acked)
    return batch.sequence == after_last_acked or not c.rules.bumps_only_if_next


def with_new_epoch(c: Config, s: State, refused: int) -> State:
    """The next epoch, in which everything in flight is numbered from 0 (`startSequencesAtBeginning`)."""
    epoch, count = s.client.epoch + 1, len(s.in_flight)
    batches = s.in_flight if c.rules.renumbered_in_order else s.in_flight[::-1]
    in_flight = tuple(
        InFlight(old.batch, epoch, sequence % c.modulus, old.awaiting and old.batch != refused)
        for sequence, old in enumerate(batches)
    )
    return s._replace(client=Client(epoch, count % c.modulus, NOTHING, s.client.sent), in_flight=in_flight)


def acknowledged(c: Config, s: State, answer: Answer) -> State:
    """The client knows that a batch is in the log, and where."""
    done = batch_in_flight(s, answer.batch)
    if done is None:
        return s
    acked = (*s.acked[: done.batch - 1], answer.offset, *s.acked[done.batch :])
    if c.rules.last_acked_wraps:
        is_last = all(offset == NOTHING for offset in s.acked[done.batch :])
    else:
        is_last = done.sequence > s.client.last_acked
    last_acked = done.sequence if is_last else s.client.last_acked
    in_flight = tuple(batch for batch in s.in_flight if batch != done)
    return s._replace(client=s.client._replace(last_acked=last_acked), in_flight=in_flight, acked=acked)


@MACHINE.action("client")
class TakeAnswer:
    """The client takes the next answer: the batch is done, or is sent again, if need be with a new epoch (KIP-360)."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if not s.answers:
            return "there is no answer"
        answer = s.answers[0]
        if answer.verdict in ("appended", "duplicate"):
            return None if answer.offset < s.replicated else "it is not replicated: acks=all"
        return "bound: epochs" if bumps(c, s, answer) and s.client.epoch >= c.max_epoch else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        answer = s.answers[0]
        s = s._replace(answers=s.answers[1:])
        if answer.verdict in ("appended", "duplicate"):
            return acknowledged(c, s, answer)
        if bumps(c, s, answer):
            return with_new_epoch(c, s, answer.batch)
        in_flight = tuple(b._replace(awaiting=b.awaiting and b.batch != answer.batch) for b in s.in_flight)
        return s._replace(in_flight=in_flight)


@MACHINE.action("client")
class BumpForAnotherPartition:
    """Another partition made the client begin a new epoch; with nothing in flight it is used here, too (KIP-360)."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.in_flight:
            return "batches of the old epoch are in flight"
        if s.client.epoch >= c.max_epoch:
            return "bound: epochs"
        return None if s.left.bumps else "bound: bumps"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return spend(s, "bumps")._replace(client=Client(s.client.epoch + 1, 0, NOTHING, s.client.sent))
