"""The executable model beside the proof: a state as the proof's tables, and each step as an action of the proof.

Ghosts are not translated: the proof's own actions write them. The proof has no wires (a request that was sent may be
delivered at any time), does not know which answers are awaited, and where the log starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nilometer_models.protocols.idempotence.client import batch_in_flight, bumps
from nilometer_models.protocols.idempotence.state import NOTHING, Config, Request, State, verdict
from nilometer_models.prover import Structure, Theory
from nilometer_models.prover.lockstep import Lockstep, NotTranslated, Parameters

Found = Iterator[tuple[str, Parameters]]
SUCCESS = ("appended", "duplicate")


def numbers(c: Config) -> tuple[int, ...]:
    """A window of integers, 0 first: what ghosts begin with."""
    most = max(c.batches, c.modulus, c.max_epoch) + 2
    return (*range(most), -1, -2)


def requests(c: Config) -> dict[Request, int]:
    """Every request that there may be, with a number."""
    found = [
        Request(batch, epoch, sequence)
        for batch in range(1, c.batches + 1)
        for epoch in range(c.max_epoch + 1)
        for sequence in range(min(c.modulus, c.batches))
    ]
    return {request: at for at, request in enumerate(found)}


def structure(c: Config, s: State) -> Structure:
    """The state as tables."""
    integers = numbers(c)
    known = requests(c)
    tables: dict[str, Any] = {
        "batch_of": {at: request.batch for request, at in known.items()},
        "epoch_of": {at: request.epoch for request, at in known.items()},
        "sequence_of": {at: request.sequence for request, at in known.items()},
        **_client(integers, s),
        **_partition(integers, s),
        **_answers(integers, s),
    }
    return Structure({"Int": integers, "Request": tuple(known.values())}, tables)


def _table(integers: tuple[int, ...], values: dict[int, int]) -> dict[int, int]:
    return {at: values.get(at, NOTHING) for at in integers}


def _client(integers: tuple[int, ...], s: State) -> dict[str, Any]:
    if any(batch.epoch != s.client.epoch for batch in s.in_flight):
        raise NotTranslated("a batch in flight is of another epoch")
    acked = {batch: offset for batch, offset in enumerate(s.acked, start=1) if offset != NOTHING}
    return {
        "epoch": {(): s.client.epoch},
        "next_sequence": {(): s.client.next_sequence},
        "last_acked": {(): s.client.last_acked},
        "sent": {(): s.client.sent},
        "first": {(): first_unacknowledged(s)},
        "top": {(): max(acked, default=0)},
        "acked": frozenset(acked),
        "ack_offset": _table(integers, acked),
        "flight_sequence": _table(integers, {batch.batch: batch.sequence for batch in s.in_flight}),
    }


def first_unacknowledged(s: State) -> int:
    """The first batch in flight, or the next one."""
    return s.in_flight[0].batch if s.in_flight else s.client.sent + 1


def _partition(integers: tuple[int, ...], s: State) -> dict[str, Any]:
    batches = s.producer.batches if s.producer is not None else ()
    if [batch.offset for batch in batches] != list(range(len(s.log) - len(batches), len(s.log))):
        raise NotTranslated("what is remembered is not the end of the log")
    return {
        "end": {(): len(s.log)},
        "replicated": {(): s.replicated},
        "forgotten": {(): s.forgotten},
        "log_batch": _table(integers, {offset: entry.batch for offset, entry in enumerate(s.log)}),
        "log_epoch": _table(integers, {offset: entry.epoch for offset, entry in enumerate(s.log)}),
        "log_sequence": _table(integers, {offset: entry.sequence for offset, entry in enumerate(s.log)}),
        "known": frozenset({()} if s.producer is not None else ()),
        "producer_epoch": {(): s.producer.epoch if s.producer is not None else NOTHING},
        "window_start": {(): batches[0].offset if batches else NOTHING},
        "kept_sequence": _table(integers, {batch.offset: batch.sequence for batch in batches}),
    }


def _answers(integers: tuple[int, ...], s: State) -> dict[str, Any]:
    queue = dict(enumerate(s.answers))
    return {
        "answers": {(): len(s.answers)},
        "is_success": frozenset(at for at, answer in queue.items() if answer.verdict in SUCCESS),
        "is_refusal": frozenset(at for at, answer in queue.items() if answer.verdict == "out_of_order"),
        "answer_batch": _table(integers, {at: answer.batch for at, answer in queue.items()}),
        "answer_epoch": _table(integers, {at: answer.epoch for at, answer in queue.items()}),
        "answer_offset": _table(integers, {at: answer.offset for at, answer in queue.items()}),
    }


def matters(made: Structure) -> Structure:
    """The same without what means nothing: batches not in flight, offsets beyond the end, places behind the queue."""
    tables = made.tables
    end, answers = tables["end"][()], tables["answers"][()]
    known, start = () in tables["known"], tables["window_start"][()]
    first, sent, acked = tables["first"][()], tables["sent"][()], tables["acked"]

    def kept(name: str, keep: Any) -> Any:
        table = tables[name]
        if isinstance(table, frozenset):
            return frozenset(at for at in table if keep(at))
        return {at: value if keep(at) else NOTHING for at, value in table.items()}

    changed = {
        "flight_sequence": kept("flight_sequence", lambda b: first <= b <= sent and b not in acked),
        "ack_offset": kept("ack_offset", lambda b: b in acked),
        "kept_sequence": kept("kept_sequence", lambda o: known and start <= o < end),
        "producer_epoch": {(): tables["producer_epoch"][()] if known else NOTHING},
        "window_start": {(): start if known else NOTHING},
    }
    changed |= {name: kept(name, lambda o: 0 <= o < end) for name in ("log_batch", "log_epoch", "log_sequence")}
    queues = ("is_success", "is_refusal", "answer_batch", "answer_epoch", "answer_offset", "answer_end")
    changed |= {name: kept(name, lambda p: 0 <= p < answers) for name in queues if name in tables}
    return made.with_tables(changed)


# ------------------------------------------------------------------------------------------------------- cases


def _plain(name: str) -> Any:
    def cases(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
        yield name, {}

    return cases


def _send(c: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    sent = Request(before.client.sent + 1, before.client.epoch, before.client.next_sequence)
    yield "Send", {"request": requests(c)[sent]}


def _resend(c: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    batch = before.in_flight[0]
    yield "Resend", {"request": requests(c)[Request(batch.batch, batch.epoch, batch.sequence)]}


def _take(c: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    answer = before.answers[0]
    if answer.verdict in SUCCESS and batch_in_flight(before, answer.batch) is not None:
        yield "TakeSuccess", {"following": first_unacknowledged(after)}
    elif bumps(c, before, answer):
        yield "TakeRefusal", {}
    else:
        yield "TakeOther", {}


def _deliver(c: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    request = before.wires[args[0] - 1][0]
    judged, offset = verdict(c, before, request)
    parameters = {"request": requests(c)[request], "answered": args[0] == before.connection}
    if judged == "duplicate":
        yield "DeliverDuplicate", {**parameters, "offset": offset}
    elif judged == "appended":
        yield "DeliverNext", parameters
    elif judged == "old_epoch":
        yield "DeliverOld", parameters
    elif before.producer is None:
        yield "RefuseFirst", parameters
    else:
        yield ("RefuseFirstOfEpoch" if request.epoch > before.producer.epoch else "RefuseGap"), parameters


def _fail(c: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    request = before.wires[args[0] - 1][0]
    yield "FailAppend", {"request": requests(c)[request], "answered": args[0] == before.connection}


def _failover(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    yield "Failover", {"start": after.producer.batches[0].offset if after.producer is not None else 0}


CASES = {
    "Send": _send,
    "Resend": _resend,
    "TakeAnswer": _take,
    "Deliver": _deliver,
    "FailAppend": _fail,
    "Failover": _failover,
    **{
        name: _plain(name)
        for name in ("BumpForAnotherPartition", "Replicate", "Break", "Restart", "Evict", "DeleteRecords")
    },
}


def lockstep(theory: Theory) -> Lockstep:
    """The model beside this theory, which has the numbers of the configuration."""
    return Lockstep(theory, structure, CASES, matters)
