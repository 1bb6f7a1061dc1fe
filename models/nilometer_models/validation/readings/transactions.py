"""Transactions: one transactional id, by the states of its coordinator and the logs of the partitions it writes to.

    event                           action                                        observed
    Transaction Empty               AnswerInit                                    state, producer, epoch, partitions
    Transaction Ongoing             Verify; AnswerAdd in version 1                the same
    Transaction Prepare…            AnswerEnd, FenceByInit or AbortTimedOut       the same
    Transaction Complete…           Complete                                      the same
    Append                          AppendRecord                                  partition, producer, epoch
    Marker                          WriteMarker                                   partition, producer, epoch, outcome
    Started                         Reload

A request that adds several partitions is read as several that add one.
What clients do is silent, and so is whatever leaves the coordinator's metadata and the logs as they are. Producer ids
and partitions get the model's numbers in the order in which they appear. In the model a transaction writes once to a
partition: ids that write more often are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from nilometer_models.machine import Instance
from nilometer_models.protocols.transactions import MACHINE, Config, Rules
from nilometer_models.protocols.transactions.state import DATA, Entry, State
from nilometer_models.validation.events import Event
from nilometer_models.validation.reading import Reading, Step
from nilometer_models.validation.readings import Part

SILENT: Final = (
    "SendInit", "SendAdd", "Send", "SendEnd", "ResendRecord", "ResendRequest", "Verify", "AnswerEnd", "AnswerAdd",
    "AppendRecord",
)  # fmt: skip
"""The last four where they change nothing that is told: a repeated request, a duplicate."""
STATES: Final = {
    "Empty": "empty",
    "Ongoing": "ongoing",
    "PrepareCommit": "prepare_commit",
    "PrepareAbort": "prepare_abort",
    "CompleteCommit": "complete_commit",
    "CompleteAbort": "complete_abort",
}
PREPARES: Final = ("AnswerEnd", "FenceByInit", "AbortTimedOut")
ACTIONS: Final = {
    "empty": ("AnswerInit",),
    "ongoing": ("Verify", "AnswerAdd"),
    "prepare_commit": PREPARES,
    "prepare_abort": PREPARES,
    "complete_commit": ("Complete",),
    "complete_abort": ("Complete",),
}


def parts(events: Sequence[Event]) -> Iterator[Part]:
    """Every transactional id that writes at most once to each partition in each transaction."""
    ids = {event.args["transactional_id"]: None for event in events if event.name == "Transaction"}
    for transactional_id in ids:
        projected = list(project(events, transactional_id))
        if _writes_once(projected):
            yield Part(f"transactional id {transactional_id}", reading(projected), projected)


def _writes_once(events: Sequence[Event]) -> bool:
    written: set[int] = set()
    for event in events:
        if event.name == "Append":
            if event.observed["partition"] in written:
                return False
            written.add(event.observed["partition"])
        elif event.observed.get("state", "").startswith(("prepare", "empty")):
            written.clear()
    return True


def project(events: Sequence[Event], transactional_id: str) -> Iterator[Event]:
    """The events of one transactional id, in the model's numbers."""
    producers: dict[int, int] = {}
    partitions: dict[str, int] = {}
    added: frozenset[int] = frozenset()
    clock = 0
    has_begun = is_starting = False
    for event in events:
        observed: dict[str, Any] | None = None
        args: dict[str, Any] = {}
        if event.name == "Opened":
            # All partitions are opened at a start, and no other event comes between them.
            if has_begun and not is_starting and event.observed["log_end_offset"] > 0:
                is_starting, observed = True, {}
                yield Event(event.source, "Started", clock := clock + 1)
            continue
        if event.name == "Transaction" and event.args["transactional_id"] == transactional_id:
            producer = producers.setdefault(event.observed["producer_id"], len(producers) + 1)
            members = frozenset(
                partitions.setdefault(name, len(partitions) + 1) for name in event.observed["partitions"]
            )
            observed = {
                "state": STATES[event.observed["state"]], "producer": producer,
                "epoch": event.observed["producer_epoch"], "partitions": members,
            }  # fmt: skip
            args = {"version": event.observed["client_transaction_version"]}
            for member in sorted(members - added)[:-1]:
                added |= {member}
                yield Event(event.source, event.name, clock := clock + 1, args, {**observed, "partitions": added})
            added = members
            has_begun = True
        elif _is_write(event, producers):
            observed = {
                "partition": partitions.setdefault(_name(event), len(partitions) + 1),
                "producer": producers[event.args["producer_id"]], "epoch": event.args["producer_epoch"],
            }  # fmt: skip
            if event.name == "Marker":
                observed["outcome"] = "commit" if event.args["commit"] else "abort"
        is_starting = False
        if observed is not None:
            yield Event(event.source, event.name, clock := clock + 1, args, observed)


def _is_write(event: Event, producers: Mapping[int, int]) -> bool:
    """A marker, or a record that is not a duplicate, of one of these producers."""
    if event.args.get("producer_id") not in producers:
        return False
    return event.name == "Marker" or (event.name == "Append" and not event.observed["is_duplicate"])


def _name(event: Event) -> str:
    return f"{event.args['topic']}-{event.args['partition']}"


def reading(events: Sequence[Event]) -> Reading[Any, Any, Any]:
    """The model, with bounds in which these events have room."""
    states = [event.observed["state"] for event in events if event.name == "Transaction"]
    ends = sum(state.startswith("prepare") for state in states)
    members = {event.observed["partition"] for event in events if "partition" in event.observed}
    members |= {member for event in events for member in event.observed.get("partitions", ())}
    config = Config(
        instances=states.count("empty"),
        partitions=max(len(members), 1),
        transactions=ends + 1,
        timeouts=states.count("prepare_abort"),
        reloads=sum(event.name == "Started" for event in events),
        rules=Rules(version=_version(events)),
    )
    return Reading(Instance(MACHINE, config), translate, observe, SILENT, hidden)


def _version(events: Sequence[Event]) -> int:
    """That of the client, which begins transactions; in that of an end by fencing the coordinator has put its own."""
    begun = [event.args["version"] for event in events if event.observed.get("state") == "ongoing"]
    return 1 if begun and max(begun) < 2 else 2


def translate(event: Event) -> Step:
    """The actions of a projected event."""
    match event.name:
        case "Started":
            return Step(("Reload",))
        case "Append":
            return Step(("AppendRecord",))
        case "Marker":
            return Step(("WriteMarker",), {"answered": True})
    return Step(ACTIONS[event.observed["state"]])


def observe(before: State, after: State, event: Event) -> Mapping[str, Any]:
    """The coordinator's metadata, or what the step has written to a log."""
    if event.name == "Started":
        return {}
    if event.name == "Transaction":
        m = after.coordinator
        return {"state": m.state, "producer": m.producer, "epoch": m.epoch, "partitions": m.partitions}
    written = _written(before, after)
    if written is None:
        return {}
    partition, entry = written
    known = {"partition": partition, "producer": entry.producer, "epoch": entry.epoch}
    return known if entry.kind == DATA else known | {"outcome": entry.kind}


def _written(before: State, after: State) -> tuple[int, Entry] | None:
    for number, (old, new) in enumerate(zip(before.logs, after.logs, strict=True), start=1):
        if len(new) > len(old):
            return number, new[-1]
    return None


def hidden(before: State, after: State) -> bool:
    """Nothing that an event tells of has changed."""
    return before.coordinator == after.coordinator and before.logs == after.logs
