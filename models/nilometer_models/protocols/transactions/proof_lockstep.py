"""The executable model beside the proof: a state as the proof's tables, and each step as an action of the proof.

The model has one transactional id, 1. An epoch is (producer id, epoch); none is (0, -1), also where the model says that
a producer id has no epoch yet. Ghosts are not translated: the proof's own actions write them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nilometer_models.protocols.transactions.proof_actions import UNSEEN
from nilometer_models.protocols.transactions.state import (
    ABORT,
    COMMIT,
    COMPLETED,
    EPOCH_MAX,
    NO_EPOCH,
    ONGOING,
    PREPARED,
    Config,
    Entry,
    Log,
    Metadata,
    State,
    View,
    is_prepared,
)
from nilometer_models.prover import Structure, Theory
from nilometer_models.prover.lockstep import Lockstep, Parameters

ID = 1
NONE = (0, NO_EPOCH)
Found = Iterator[tuple[str, Parameters]]
Identity = tuple[int, int]


def epochs(c: Config) -> tuple[Identity, ...]:
    """Enough of them for the bounds, in their order."""
    most = c.transactions + c.timeouts + c.instances * (1 + c.retries) + c.recoveries + c.instances * c.transactions
    found = [NONE]
    producer, epoch = 1, c.epochs_used
    while len(found) <= 2 * most + 2:
        found.append((producer, epoch))
        producer, epoch = (producer, epoch + 1) if epoch < EPOCH_MAX else (producer + 1, 0)
    return tuple(found)


def identity(producer: int, epoch: int) -> Identity:
    return (producer, epoch) if epoch > NO_EPOCH else NONE


def _present(m: Metadata) -> Identity:
    return identity(m.producer, m.epoch)


def _promised(m: Metadata) -> Identity:
    return identity(m.next_producer, 0) if m.next_producer else _present(m)


def _last(m: Metadata) -> Identity:
    """The model has its epoch only: of this producer id, or, where that would be a later one, of the former."""
    return identity(m.producer if m.last_epoch < m.epoch else m.producer - 1, m.last_epoch)


def _ended(m: Metadata) -> Identity:
    """The epoch of the transaction that is prepared, or was the last one."""
    is_some = is_prepared(m) or m.state in COMPLETED.values()
    return identity(m.previous_producer, m.last_epoch) if is_some else NONE


def _known(log: Log) -> Identity:
    return identity(log[-1].producer, log[-1].epoch) if log else NONE


def structure(c: Config, s: State) -> Structure:
    """The state as tables."""
    view, m = View(c, s), s.coordinator
    partitions, transactions = view.partitions, view.transactions
    places = [(p, t) for p in partitions for t in transactions]
    tables: dict[str, Any] = {
        "held": {k: identity(*s.clients[k - 1][1:3]) for k in view.clients},
        "ready": frozenset(k for k in view.clients if s.clients[k - 1].phase == "ready"),
        "asking": frozenset(k for k in view.clients if s.clients[k - 1].phase == "initialising"),
        "busy": frozenset(k for k in view.clients if s.clients[k - 1].transaction),
        "pending": frozenset(k.transaction for k in s.clients if k.transaction),
        "promised": {ID: _promised(m)},
        "last": {ID: _last(m)},
        "begun": frozenset(range(1, len(s.authors) + 1)),
        "decided_to_commit": frozenset(filter(view.decided_to_commit, transactions)),
        "decided_to_abort": frozenset(filter(view.decided_to_abort, transactions)),
        "current": {ID: _present(m)},
        "ended": {ID: _ended(m)},
        "ongoing": _whether(m.state == ONGOING),
        "preparing_commit": _whether(m.state == PREPARED[COMMIT]),
        "preparing_abort": _whether(m.state == PREPARED[ABORT]),
        "committed_last": _whether(m.state == COMPLETED[COMMIT]),
        "added": frozenset((ID, p) for p in m.partitions),
        "owed": frozenset((ID, p) for p in s.markers_left),
        "fenced": s.fenced,
        "known": {(p, ID): _known(s.logs[p - 1]) for p in partitions},
        "open": frozenset((p, ID) for p in partitions if view.open(p, ID)),
        "holds": frozenset(place for place in places if view.holds(*place)),
        "committed": frozenset(place for place in places if view.committed(*place)),
        "aborted": frozenset(place for place in places if view.aborted(*place)),
        "behind_marker": frozenset(place for place in places if view.behind_marker(*place)),
    }
    universes = {
        "Id": (ID,),
        "Partition": tuple(partitions),
        "Client": tuple(view.clients),
        "Transaction": tuple(transactions),
        "Epoch": epochs(c),
    }
    return Structure(universes, tables)


def _whether(claim: bool) -> frozenset[int]:
    return frozenset({ID} if claim else ())


def _unseen(name: str) -> Any:
    def cases(*_: Any) -> Found:
        yield name, {}

    return cases


def _of_client(name: str) -> Any:
    def cases(_: Config, __: State, args: tuple[Any, ...], ___: State) -> Found:
        yield name, {"client": args[0]}

    return cases


def _send(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:
    if before.clients[args[0] - 1].transaction:
        yield "SendMore", {}
    else:
        yield "Begin", {"client": args[0], "transaction": len(after.authors)}


def _send_end(_: Config, before: State, args: tuple[Any, ...], __: State) -> Found:
    instance, outcome = args
    yield f"Decide{outcome.capitalize()}", {"transaction": before.clients[instance - 1].transaction}


def _verify(_: Config, before: State, args: tuple[Any, ...], __: State) -> Found:
    name = "VerifyMore" if before.coordinator.state == ONGOING else "VerifyFirst"
    yield name, {"transaction": args[0], "partition": args[1]}


def _append(_: Config, __: State, args: tuple[Any, ...], ___: State) -> Found:
    yield "AppendRecord", {"transaction": args[0], "partition": args[1]}


def _answer_init(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:
    client, m = args[0], after.coordinator
    is_heard = before.clients != after.clients
    if _present(before.coordinator) == _present(m):
        yield ("AnswerInitAgain", {"client": client}) if is_heard else ("AnswerInitAgainUnheard", {"id": ID})
        return
    epochs = {"epoch": _present(m), "remembered": _last(m)}
    if is_heard:
        yield "AnswerInit", {"client": client, **epochs}
    else:
        yield "AnswerInitUnheard", {"id": ID, **epochs}


def _new_epochs(after: State) -> dict[str, Identity]:
    return {"epoch": _present(after.coordinator), "next_epoch": _promised(after.coordinator)}


def _fences(name: str) -> Any:
    def cases(_: Config, __: State, ___: tuple[Any, ...], after: State) -> Found:
        yield name, {"id": ID, **_new_epochs(after)}

    return cases


def _answer_end(_: Config, before: State, args: tuple[Any, ...], after: State) -> Found:
    transaction = args[0]
    outcome = before.decisions[transaction - 1]
    assert outcome is not None
    suffix = "" if before.clients != after.clients else "Unheard"
    if after.coordinator == before.coordinator:
        yield f"EndAgain{suffix}", {} if suffix else {"transaction": transaction}
        return
    name = f"End{outcome.capitalize()}" if before.coordinator.state == ONGOING else "EndNothing"
    yield f"{name}{suffix}", {"transaction": transaction, **_new_epochs(after)}


def _write_marker(_: Config, before: State, args: tuple[Any, ...], __: State) -> Found:
    partition, is_answered = args
    outcome = "Commit" if before.coordinator.state == PREPARED[COMMIT] else "Abort"
    yield f"Write{outcome}{'' if is_answered else 'Unanswered'}", {"partition": partition, "id": ID}


def _write_late_marker(_: Config, __: State, args: tuple[Any, ...], after: State) -> Found:
    marker: Entry = after.logs[args[0] - 1][-1]
    where = {"partition": args[0], "transaction": marker.transaction, "epoch": identity(marker.producer, marker.epoch)}
    yield f"WriteLate{marker.kind.capitalize()}", where


def _of_id(name: str) -> Any:
    def cases(*_: Any) -> Found:
        yield name, {"id": ID}

    return cases


CASES = {
    **{name: _unseen(name) for name in UNSEEN},
    "SendInit": _of_client("SendInit"),
    "Recover": _of_client("Recover"),
    "Send": _send,
    "SendEnd": _send_end,
    "Verify": _verify,
    "AppendRecord": _append,
    "AnswerInit": _answer_init,
    "FenceByInit": _fences("FenceByInit"),
    "AbortTimedOut": _fences("AbortTimedOut"),
    "AnswerEnd": _answer_end,
    "WriteMarker": _write_marker,
    "WriteLateMarker": _write_late_marker,
    "Complete": _of_id("Complete"),
    "Reload": _of_id("Reload"),
}


def lockstep(theory: Theory) -> Lockstep:
    """The check for the theory of `proof.py`."""
    return Lockstep(theory, structure, CASES)
