"""Idempotence: one producer on one partition, by the verdicts of its leader.

    event        action      observed
    Append       Deliver     epoch and sequence of the batch; whether it is a duplicate; its place among the producer's
    Refuse       Deliver     epoch, sequence and verdict; FailAppend where the error is none of a sequence or epoch
    Opened       Restart     (but for the first)

What the client does is silent: it sends, sends again, takes answers, its connection breaks. Offsets are counted among
the batches of the producer alone, sequences by batches: only producers whose batches all have one record are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from nilometer_models.machine import Instance
from nilometer_models.protocols.idempotence import MACHINE, Config
from nilometer_models.protocols.idempotence.state import Request, State, verdict
from nilometer_models.validation.events import Event
from nilometer_models.validation.reading import Reading, Step
from nilometer_models.validation.readings import Part

SILENT: Final = ("Send", "Resend", "TakeAnswer", "Replicate", "Break", "BumpForAnotherPartition")
REFUSALS: Final = {
    "OUT_OF_ORDER_SEQUENCE_NUMBER": "out_of_order",
    "INVALID_PRODUCER_EPOCH": "old_epoch",
    "UNKNOWN_PRODUCER_ID": "unknown",
    "PRODUCER_FENCED": "fenced",
}
"""Errors that speak of the producer. The model never says the last two, nor does Kafka to producers of today."""
SEQUENCES: Final = 2**31
REMEMBERED: Final = 5
_NOWHERE: Final = -2
"""The place of a duplicate whose original was never told of."""


def parts(events: Sequence[Event]) -> Iterator[Part]:
    """Every producer on every partition, but for those that sent batches of several records."""
    found: dict[tuple[str, int, int], list[Event]] = {}
    for event in events:
        if event.name in ("Append", "Refuse") and "producer_id" in event.args:
            args = event.args
            found.setdefault((args["topic"], args["partition"], args["producer_id"]), []).append(event)
    for (topic, partition, producer_id), own in found.items():
        if all(event.args["records"] == 1 and not event.args["transactional"] for event in own):
            kept = {id(event) for event in own}
            starts = [event for event in events if _is_restart(event, topic, partition)]
            kept |= {id(event) for event in starts}
            projected = list(project(event for event in events if id(event) in kept))
            yield Part(f"{topic}-{partition}, producer {producer_id}", reading(projected), projected)


def _is_restart(event: Event, topic: str, partition: int) -> bool:
    is_here = event.args.get("topic") == topic and event.args.get("partition") == partition
    return event.name == "Opened" and is_here and event.observed["log_end_offset"] > 0


def project(events: Iterator[Event]) -> Iterator[Event]:
    """The events of one producer in the model's numbers: offsets by place, and what is told observed."""
    places: dict[int, int] = {}
    for clock, event in enumerate(events, start=1):
        if event.name == "Opened":
            yield Event(event.source, "Restart", clock)
            continue
        observed: dict[str, Any] = {
            "epoch": event.args["producer_epoch"],
            "sequence": event.args["first_sequence"],
        }
        if event.name == "Refuse":
            observed["verdict"] = REFUSALS.get(event.observed["error"], "failed")
        else:
            offset, is_duplicate = event.observed["base_offset"], event.observed["is_duplicate"]
            if not is_duplicate:
                places[offset] = len(places)
            observed["verdict"] = "duplicate" if is_duplicate else "appended"
            observed["offset"] = places.get(offset, _NOWHERE)
        yield Event(event.source, event.name, clock, {}, observed)


def reading(events: Sequence[Event]) -> Reading[Any, Any, Any]:
    """The model, with bounds in which these events have room."""
    epochs = [event.observed["epoch"] for event in events if "epoch" in event.observed]
    distinct = {(event.observed["epoch"], event.observed["sequence"]) for event in events if "epoch" in event.observed}
    again = len(events) - len(distinct)
    config = Config(
        batches=len(distinct),
        in_flight=REMEMBERED,
        window=REMEMBERED,
        modulus=SEQUENCES,
        max_epoch=max(epochs, default=0),
        breaks=again,
        failures=sum(event.observed.get("verdict") == "failed" for event in events),
        restarts=sum(event.name == "Restart" for event in events),
        bumps=max(epochs, default=0),
    )
    return Reading(Instance(MACHINE, config), translate, observe, SILENT)


def translate(event: Event) -> Step:
    """The action of a projected event."""
    if event.name == "Restart":
        return Step(("Restart",))
    return Step(("FailAppend",) if event.observed["verdict"] == "failed" else ("Deliver",))


def observe(before: State, after: State, event: Event) -> Mapping[str, Any]:
    """The batch that was taken off a wire, and what the leader made of it."""
    if event.name == "Restart":
        return {}
    request = _taken(before, after)
    if event.observed["verdict"] == "failed":
        return {"epoch": request.epoch, "sequence": request.sequence, "verdict": "failed"}
    judged, offset = verdict(_JUDGES, before, request)
    known = {"epoch": request.epoch, "sequence": request.sequence, "verdict": judged}
    return known | {"offset": len(before.log) if judged == "appended" else offset}


_JUDGES: Final = Config(window=REMEMBERED, modulus=SEQUENCES)


def _taken(before: State, after: State) -> Request:
    return next(old[0] for old, new in zip(before.wires, after.wires, strict=True) if old != new)
