"""A directory of logs: what was flushed is there after every start, and nothing torn is served (KAFKA-15375).

broker   Write  Flush  Checkpoint  Stop  FinishStop
start    BeginStart  Load
faults   StartFails  Crash
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.log_storage.state import (
    Config,
    Log,
    Rules,
    State,
    View,
    checkpointed,
    flushed,
    initial,
    recovered,
    writes_mark,
)

MACHINE: Machine[Config, State, View] = Machine("log_storage", initial, View, home=Path(__file__).parent)


def model(rules: Rules | None = None, **bounds: int) -> Instance[Config, State, View]:
    """An instance with these bounds; what is not named is as in `Config`."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def logs(c: Config) -> Iterable[int]:
    return range(1, c.logs + 1)


def lengths(c: Config) -> Iterable[int]:
    return range(c.appends + 1)


def with_log(s: State, log: int, changed: Log) -> State:
    return s._replace(logs=(*s.logs[: log - 1], changed, *s.logs[log:]))


def with_flushed(s: State, which: Iterable[int]) -> State:
    """These logs are flushed, and what they hold is to be kept from now on."""
    chosen = frozenset(which)
    numbered = list(enumerate(s.logs, 1))
    return s._replace(
        logs=tuple(flushed(log) if at in chosen else log for at, log in numbered),
        kept=tuple(log.records if at in chosen else s.kept[at - 1] for at, log in numbered),
    )


def closed(c: Config, s: State) -> State:
    """What a stop does to the logs that are loaded: flushed and checkpointed."""
    s = with_flushed(s, s.loaded)
    return s._replace(logs=tuple(checkpointed(c, log) if at in s.loaded else log for at, log in enumerate(s.logs, 1)))


def stopping(c: Config, s: State) -> State:
    s = s._replace(stage="stopping")
    return closed(c, s) if c.rules.mark_after_flush else s._replace(mark=writes_mark(c, s))


def is_up(s: State) -> str | None:
    return None if s.stage == "up" else "the broker is not up"


@MACHINE.action("broker", log=logs)
class Write:
    """A record is written to the file of a log; the disk need not have it."""

    @staticmethod
    def why_not(c: Config, s: State, log: int) -> str | None:
        del log
        return is_up(s) or ("bound: appends" if s.appended >= c.appends else None)

    @staticmethod
    def apply(_: Config, s: State, log: int) -> State:
        known = s.logs[log - 1]
        s = s._replace(appended=s.appended + 1)
        return with_log(s, log, known._replace(records=(*known.records, s.appended)))


@MACHINE.action("broker", log=logs)
class Flush:
    """The disk has what is in the file."""

    @staticmethod
    def why_not(_: Config, s: State, log: int) -> str | None:
        known = s.logs[log - 1]
        return is_up(s) or (None if known.flushed < len(known.records) else "nothing is new")

    @staticmethod
    def apply(_: Config, s: State, log: int) -> State:
        return with_flushed(s, [log])


@MACHINE.action("broker")
class Checkpoint:
    """The recovery points of all logs are written."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return is_up(s) or (None if any(checkpointed(c, log) != log for log in s.logs) else "nothing is new")

    @staticmethod
    def apply(c: Config, s: State) -> State:
        return s._replace(logs=tuple(checkpointed(c, log) for log in s.logs))


@MACHINE.action("broker")
class Stop:
    """A broker begins to stop: it flushes its logs and writes their recovery points."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return is_up(s)

    @staticmethod
    def apply(c: Config, s: State) -> State:
        return stopping(c, s)


@MACHINE.action("broker")
class FinishStop:
    """The mark is written if the broker found one or had loaded all logs; the broker is down."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.stage == "stopping" else "the broker does not stop"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        s = s._replace(mark=writes_mark(c, s)) if c.rules.mark_after_flush else closed(c, s)
        return s._replace(stage="down", found_mark=False, loaded=frozenset())


@MACHINE.action("start")
class BeginStart:
    """A broker starts: it looks for the mark and removes it."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if s.stage != "down":
            return "the broker is not down"
        return None if s.starts_left else "bound: starts"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        mark = s.mark and not c.rules.mark_removed_at_start
        return s._replace(stage="starting", found_mark=s.mark, mark=mark, starts_left=s.starts_left - 1)


@MACHINE.action("start", log=logs)
class Load:
    """A log is loaded; without a mark it is recovered from its recovery point on. With the last the broker is up."""

    @staticmethod
    def why_not(_: Config, s: State, log: int) -> str | None:
        if s.stage != "starting":
            return "the broker does not start"
        return "it is loaded" if log in s.loaded else None

    @staticmethod
    def apply(c: Config, s: State, log: int) -> State:
        known = s.logs[log - 1]
        if not s.found_mark and c.rules.recovered_without_mark:
            known = recovered(c, known)
        loaded = s.loaded | {log}
        return with_log(s._replace(loaded=loaded, stage="up" if len(loaded) == c.logs else "starting"), log, known)


@MACHINE.action("fault")
class StartFails:
    """A start ends before all logs are loaded; the broker stops as it always does."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if s.stage != "starting":
            return "the broker does not start"
        return None if s.failures_left else "bound: failures"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        return stopping(c, s._replace(failures_left=s.failures_left - 1))


@MACHINE.action("fault", log=logs, whole=lengths)
class Crash:
    """Power fails: one log keeps so many records, not less than the disk has, and part of the next."""

    @staticmethod
    def why_not(_: Config, s: State, log: int, whole: int) -> str | None:
        if s.stage == "down":
            return "the broker is down"
        if not s.crashes_left:
            return "bound: crashes"
        known = s.logs[log - 1]
        if not known.flushed <= whole <= len(known.records):
            return "the disk has more, or never had so many"
        return "nothing is being written" if whole == len(known.records) and s.stage != "up" else None

    @staticmethod
    def apply(_: Config, s: State, log: int, whole: int) -> State:
        known = s.logs[log - 1]
        s = s._replace(stage="down", found_mark=False, loaded=frozenset(), crashes_left=s.crashes_left - 1)
        return with_log(s, log, known._replace(records=known.records[:whole], torn=True))


@MACHINE.invariant("L13")
def nothing_torn_is_served(view: View) -> bool:
    """While the broker is up, every log ends with a whole record."""
    return view.state.stage != "up" or not any(log.torn for log in view.state.logs)


@MACHINE.invariant("R2", "R12")
def flushed_is_kept(view: View) -> bool:
    """Every log begins with all that was flushed at some time, in its order."""
    s = view.state
    return all(log.records[: len(kept)] == kept for log, kept in zip(s.logs, s.kept, strict=True))


@MACHINE.invariant("R12")
def mark_tells_the_truth(view: View) -> bool:
    """Where the mark is, every log is whole and the disk has all of it."""
    return not view.state.mark or all(not log.torn and log.flushed == len(log.records) for log in view.state.logs)


@MACHINE.invariant("R2")
def recovery_begins_within_what_is_flushed(view: View) -> bool:
    """No recovery point is above what the disk has: below it nobody looks."""
    return all(log.recovery_point <= log.flushed for log in view.state.logs)


@MACHINE.step_property("R2", "R12")
def only_a_crash_takes_records(before: View, after: View) -> bool:
    """A log loses records in a crash alone: not by a start, a stop or a start that fails."""
    crashed = after.state.crashes_left < before.state.crashes_left
    return crashed or all(
        later.records[: len(earlier.records)] == earlier.records
        for earlier, later in zip(before.state.logs, after.state.logs, strict=True)
    )


@MACHINE.witness("R12")
def started_cleanly(view: View) -> bool:
    """A broker is up that found the mark, with records."""
    s = view.state
    return s.stage == "up" and s.found_mark and any(log.records for log in s.logs)


@MACHINE.witness("R12")
def mark_after_a_failed_start(view: View) -> bool:
    """A start that found the mark fails, and leaves it for the next."""
    s = view.state
    return s.stage == "down" and s.mark and s.failures_left < view.config.failures


@MACHINE.witness("R2", "L13")
def unflushed_survives(view: View) -> bool:
    """A log is recovered that has records which were never flushed."""
    s = view.state
    survived = any(len(log.records) > log.flushed for log in s.logs)
    return s.stage == "up" and survived and s.crashes_left < view.config.crashes and not s.found_mark
