"""A coordinator writes records, remembers what they amount to, and answers when they are committed; another one loads.

    coordinator  Write  Acknowledge  Load  Unload       replication  Replicate  IncreaseHighWatermark
    controller   Elect  BecomeLeader  BecomeFollower    log          Compact
    faults       Restart  FailWrite

Two brokers hold the log, and what is committed is on both. Which requests lead to which records is left out: this is
about the way of a record through memory, log, compaction, fail-over and replay. Sources: `CoordinatorRuntime.java`,
`SnapshottableCoordinator.java`, `CoordinatorLoaderImpl.java`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.coordinator_log.fold import Record, fold, is_legal
from nilometer_models.protocols.coordinator_log.state import (
    Broker,
    Config,
    Coordinator,
    Rules,
    State,
    View,
    cleanable_end,
    cleaned,
    initial,
    is_current,
    other,
    replayed,
    with_broker,
)

MACHINE: Machine[Config, State, View] = Machine("coordinator_log", initial, View, home=Path(__file__).parent)


def model(*, rules: Rules | None = None, **bounds: Any) -> Instance[Config, State, View]:
    """An instance with these bounds (fields of `Config`)."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def broker_ids(_: Config) -> Iterable[int]:
    return (1, 2)


def kinds(c: Config) -> Iterable[str]:
    return sorted(c.kinds)


def key_ids(c: Config) -> Iterable[int]:
    return range(1, c.keys + 1)


def yes_or_no(_: Config) -> Iterable[bool]:
    return (False, True)


def _live(one: Broker) -> Coordinator:
    assert one.coordinator is not None
    return one.coordinator


# ------------------------------------------------------------------------------------------------ the coordinator


def _may_write(s: State, broker: int, kind: str, key: int) -> str | None:
    one = s.brokers[broker - 1]
    if not is_current(one):
        return "it does not coordinate"
    if _live(one).failed:
        return "its coordinator has failed to load"
    return None if is_legal(_live(one).memory, kind, key) else "there is nothing to delete"


def _next(one: Broker, kind: str, key: int) -> Record:
    return Record(one.end, one.epoch, key, kind)


@MACHINE.action("coordinator", broker=broker_ids, kind=kinds, key=key_ids)
class Write:
    """A coordinator decides, remembers it, and appends a record; the answer waits."""

    @staticmethod
    def why_not(c: Config, s: State, broker: int, kind: str, key: int) -> str | None:
        return _may_write(s, broker, kind, key) or ("bound: writes" if s.writes >= c.writes else None)

    @staticmethod
    def apply(_: Config, s: State, broker: int, kind: str, key: int) -> State:
        one = s.brokers[broker - 1]
        live, record = _live(one), _next(one, kind, key)
        live = live._replace(memory=fold(live.memory, record), pending=(*live.pending, record))
        s = s._replace(writes=s.writes + 1)
        log, history = (*one.log, record), (*one.history, record)
        return with_broker(s, broker, log=log, history=history, end=one.end + 1, coordinator=live)


@MACHINE.action("fault", broker=broker_ids, kind=kinds, key=key_ids)
class FailWrite:
    """A coordinator decides and remembers, but the record cannot be appended: it has to forget again."""

    @staticmethod
    def why_not(c: Config, s: State, broker: int, kind: str, key: int) -> str | None:
        return _may_write(s, broker, kind, key) or ("bound: failures" if s.failures >= c.failures else None)

    @staticmethod
    def apply(c: Config, s: State, broker: int, kind: str, key: int) -> State:
        one, s = s.brokers[broker - 1], s._replace(failures=s.failures + 1)
        if c.rules.failed_write_undone:
            return s
        live = _live(one)
        return with_broker(s, broker, coordinator=live._replace(memory=fold(live.memory, _next(one, kind, key))))


@MACHINE.action("coordinator", broker=broker_ids)
class Acknowledge:
    """The first write that waits is committed: the client hears of it."""

    @staticmethod
    def why_not(c: Config, s: State, broker: int) -> str | None:
        one = s.brokers[broker - 1]
        if one.coordinator is None or not one.coordinator.pending:
            return "nobody waits"
        if c.rules.acknowledgement_fenced and not is_current(one):
            return "it does not coordinate any more"
        if c.rules.acknowledgement_waits and one.coordinator.pending[0].offset >= one.high_watermark:
            return "the record is not committed"
        return None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        live = _live(s.brokers[broker - 1])
        record = live.pending[0]
        acknowledged = (*s.acknowledged[: record.key - 1], record, *s.acknowledged[record.key :])
        s = s._replace(acknowledged=acknowledged)
        return with_broker(s, broker, coordinator=live._replace(pending=live.pending[1:]))


@MACHINE.action("coordinator", broker=broker_ids)
class Load:
    """A broker that has come to lead reads the log from its start."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        one = s.brokers[broker - 1]
        if one.coordinator is not None:
            return "it has a coordinator"
        return None if one.leads else "it does not lead"

    @staticmethod
    def apply(c: Config, s: State, broker: int) -> State:
        one = s.brokers[broker - 1]
        memory, failed = replayed(c, one.log)
        return with_broker(s, broker, coordinator=Coordinator(one.epoch, memory, memory, (), failed))


@MACHINE.action("coordinator", broker=broker_ids)
class Unload:
    """A broker that has lost the partition forgets its coordinator; who still waits is told to look elsewhere."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        one = s.brokers[broker - 1]
        if one.coordinator is None:
            return "it has no coordinator"
        return "it coordinates" if is_current(one) else None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        return with_broker(s, broker, coordinator=None)


@MACHINE.action("fault", broker=broker_ids)
class Restart:
    """A coordinator loses its memory, and its broker leads on: who waits hears nothing."""

    @staticmethod
    def why_not(c: Config, s: State, broker: int) -> str | None:
        if s.brokers[broker - 1].coordinator is None:
            return "it has no coordinator"
        return "bound: restarts" if s.restarts >= c.restarts else None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        return with_broker(s._replace(restarts=s.restarts + 1), broker, coordinator=None)


# ---------------------------------------------------------------------------------------------------- the log


@MACHINE.action("controller", broker=broker_ids)
class Elect:
    """The other broker is to lead; nobody has heard of it yet."""

    @staticmethod
    def why_not(c: Config, s: State, broker: int) -> str | None:
        if broker == s.leader:
            return "it leads already"
        if s.brokers[broker - 1].epoch < s.epoch:
            return "it has not followed the last leader: it is not in sync"
        return "bound: elections" if s.epoch > c.elections else None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        return s._replace(leader=broker, epoch=s.epoch + 1)


@MACHINE.action("controller", broker=broker_ids)
class BecomeLeader:
    """The broker that was elected hears of it."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        if broker != s.leader:
            return "it was not elected"
        return "it has heard of it" if s.brokers[broker - 1].epoch == s.epoch else None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        return with_broker(s, broker, epoch=s.epoch, leads=True, epoch_start=s.brokers[broker - 1].end)


@MACHINE.action("controller", broker=broker_ids)
class BecomeFollower:
    """A deposed leader hears of its successor, and cuts its log to where the new epoch began."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        if broker == s.leader:
            return "it was elected"
        if s.brokers[broker - 1].epoch == s.epoch:
            return "it has heard of it"
        return None if s.brokers[other(broker) - 1].epoch == s.epoch else "the new leader has not taken over"

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        one, leader = s.brokers[broker - 1], s.brokers[other(broker) - 1]
        end = min(one.end, leader.epoch_start)
        log = tuple(record for record in one.log if record.offset < end)
        return with_broker(s, broker, epoch=s.epoch, leads=False, log=log, history=one.history[:end], end=end)


def _replicated(one: Broker, leader: Broker) -> Broker:
    record = next((record for record in leader.log if record.offset >= one.end), None)
    log, end = (one.log, leader.end) if record is None else ((*one.log, record), record.offset + 1)
    mark = max(one.high_watermark, min(leader.high_watermark, end))
    return one._replace(log=log, history=leader.history[:end], end=end, high_watermark=mark)


@MACHINE.action("replication", broker=broker_ids)
class Replicate:
    """The follower takes the next record, and the leader's high watermark as far as its log goes."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        one, leader = s.brokers[broker - 1], s.brokers[other(broker) - 1]
        if one.leads or not leader.leads or one.epoch != leader.epoch:
            return "it follows nobody in this epoch"
        return "there is nothing new" if _replicated(one, leader) == one else None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        after = _replicated(s.brokers[broker - 1], s.brokers[other(broker) - 1])
        return with_broker(s, broker, **after._asdict())


@MACHINE.action("replication", broker=broker_ids)
class IncreaseHighWatermark:
    """What both brokers have is committed."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        one, follower = s.brokers[broker - 1], s.brokers[other(broker) - 1]
        if not one.leads or follower.leads or one.epoch != follower.epoch:
            return "nobody follows it in this epoch"
        return "both have no more" if min(one.end, follower.end) <= one.high_watermark else None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        mark = min(one.end for one in s.brokers)
        return with_broker(s, broker, high_watermark=mark)


@MACHINE.action("log", broker=broker_ids, tombstones=yes_or_no)
class Compact:
    """A broker cleans its log up to its high watermark; `tombstones` that have waited long enough go as well."""

    @staticmethod
    def why_not(c: Config, s: State, broker: int, tombstones: bool) -> str | None:
        one = s.brokers[broker - 1]
        if cleaned(c, one, cleanable_end(c, one), drops_tombstones=tombstones) == one.log:
            return "there is nothing to clean"
        return "bound: compactions" if s.compactions >= c.compactions else None

    @staticmethod
    def apply(c: Config, s: State, broker: int, tombstones: bool) -> State:
        one = s.brokers[broker - 1]
        log = cleaned(c, one, cleanable_end(c, one), drops_tombstones=tombstones)
        return with_broker(s._replace(compactions=s.compactions + 1), broker, log=log)
