"""The executable model beside the proof: a state as the proof's tables, and each step as an action of the proof.

Ghosts are not translated: the proof's own actions write them. Entries beyond the end of a log mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nilometer_models.protocols.replication.model import published
from nilometer_models.protocols.replication.state import Config, State, log_end
from nilometer_models.prover import Structure, Theory
from nilometer_models.prover.lockstep import Lockstep, NotTranslated, Parameters

NO_EPOCH, NO_RECORD = -1, 0
"""The epoch and the record of an entry that is beyond the end of a log."""
Found = Iterator[tuple[str, Parameters]]


def structure(c: Config, s: State) -> Structure:
    """The state as tables."""
    replicas, offsets = range(1, c.replicas + 1), range(c.log_size + 1)
    universes = {
        "Replica": tuple(replicas),
        "Record": tuple(range(c.records + 1)),
        "Offset": tuple(offsets),
        "Epoch": tuple(range(NO_EPOCH, c.max_epoch + 1)),
    }
    known = {r: s.replicas[r - 1] for r in replicas}
    leaders = {decision.epoch: decision.leader for decision in s.published}
    for r in replicas:
        if known[r].leader != leaders.get(known[r].epoch):
            raise NotTranslated(f"replica {r} believes in another leader than was elected in its epoch")
    tables: dict[str, Any] = {
        "current_epoch": {(): s.decision.epoch},
        "in_isr": s.decision.isr,
        "elected": frozenset((epoch, leader) for epoch, leader in leaders.items() if leader is not None),
        "elected_isr": frozenset((decision.epoch, r) for decision in s.published for r in decision.isr),
        "epoch_of": {r: known[r].epoch for r in replicas},
        "high_watermark": {r: known[r].high_watermark for r in replicas},
        "epoch_start": {r: known[r].epoch_start for r in replicas},
        "local_isr": frozenset((r, m) for r in replicas for m in known[r].isr),
        "log_end": {r: log_end(s, r) for r in replicas},
    }
    places = {(r, o): s.logs[r - 1][o] if o < log_end(s, r) else None for r in replicas for o in offsets}
    tables["entry_epoch"] = {place: entry.epoch if entry else NO_EPOCH for place, entry in places.items()}
    tables["entry_record"] = {place: entry.record if entry else NO_RECORD for place, entry in places.items()}
    return Structure(universes, tables)


def within_logs(made: Structure) -> Structure:
    """The same, with entries beyond the end of a log forgotten."""
    ends = made.tables["log_end"]
    return made.with_tables(
        {
            name: {(r, o): value if o < ends[r] else nothing for (r, o), value in made.tables[name].items()}
            for name, nothing in (("entry_epoch", NO_EPOCH), ("entry_record", NO_RECORD))
        }
    )


def _decided(name: str, parameter: str) -> Any:
    def cases(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
        yield name, {parameter: args[0], "epoch": after.decision.epoch}

    return cases


def _become_leader(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    decision = published(before, args[0])
    assert decision is not None
    yield "BecomeLeader", {"leader": decision.leader, "epoch": decision.epoch}


def _become_follower(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:
    replica, epoch = args
    decision = published(before, epoch)
    assert decision is not None
    if decision.leader is None:
        yield "BecomeFollowerOfNobody", {"replica": replica, "epoch": epoch}
        return
    leader = decision.leader
    own, theirs = ([entry.epoch for entry in before.logs[r - 1]] for r in (replica, leader))
    parameters = {"replica": replica, "leader": leader, "epoch": epoch, "cut": log_end(after, replica)}
    for common in sorted(set(own) & set(theirs), reverse=True):
        last = len(own) - 1 - own[::-1].index(common)
        yield "BecomeFollower", {**parameters, "common": common, "own": last, "theirs": theirs.index(common)}
    yield "BecomeFollowerWithNothingInCommon", parameters


def _produce(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    (leader,) = args
    written = after.logs[leader - 1][-1]
    where = {"leader": leader, "record": written.record, "next_end": log_end(after, leader)}
    yield "Produce", {**where, "previous": written.epoch}  # the epoch is read by the wrong rule only


def _fetch(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:
    follower, leader = args
    if log_end(before, follower) < log_end(before, leader):
        yield "Fetch", {"follower": follower, "leader": leader, "next_end": log_end(after, follower)}
    else:
        yield "FetchHighWatermark", {"follower": follower, "leader": leader}


def _increase_high_watermark(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
    (leader,) = args
    yield "IncreaseHighWatermark", {"leader": leader, "next_mark": after.replicas[leader - 1].high_watermark}


def _change_isr(name: str) -> Any:
    def cases(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:  # noqa: ARG001
        yield name, {"leader": args[0], "follower": args[1]}

    return cases


CASES = {
    "ElectLeader": _decided("ElectLeader", "leader"),
    "DropReplica": _decided("DropReplica", "replica"),
    "BecomeLeader": _become_leader,
    "BecomeFollower": _become_follower,
    "Produce": _produce,
    "Fetch": _fetch,
    "IncreaseHighWatermark": _increase_high_watermark,
    "ShrinkIsr": _change_isr("ShrinkIsr"),
    "ExpandIsr": _change_isr("ExpandIsr"),
}


def lockstep(theory: Theory) -> Lockstep:
    """The check for a theory of `proof.py`."""
    return Lockstep(theory, structure, CASES, within_logs)
