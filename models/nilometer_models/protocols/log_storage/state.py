"""What a log directory holds, what its disk keeps, and how far its broker has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Rules(NamedTuple):
    """Rules of the protocol; the defaults are Kafka's."""

    mark_written: str = "found_or_loaded"
    """Which brokers leave the mark: who found it or loaded all logs (KAFKA-15375); `found_or_some`: who found it
    or loaded a log; or `always`."""
    mark_removed_at_start: bool = True
    """A start removes the mark (KAFKA-10471)."""
    mark_after_flush: bool = True
    """A stop flushes the logs before it writes the mark."""
    recovered_without_mark: bool = True
    """A start that finds no mark recovers every log."""
    recovery_keeps: str = "valid"
    """What recovery leaves: all that is `valid`, or what is below the `recovery_point`."""
    checkpointed: str = "flushed"
    """The recovery point on disk: what is `flushed`, or the `log_end`."""


class Config(NamedTuple):
    """Bounds, and the rules."""

    logs: int = 2
    appends: int = 2
    starts: int = 2
    """Starts after the first, which found nothing."""
    failures: int = 1
    """Starts that fail."""
    crashes: int = 1
    rules: Rules = Rules()


class Log(NamedTuple):
    """One log in the directory."""

    records: tuple[int, ...]
    """Whole records in the file, each with a number of its own."""
    torn: bool
    """Part of a record follows them."""
    flushed: int
    """How many records the disk has for certain. No broker knows it after a crash."""
    recovery_point: int
    """In the checkpoint file: recovery begins there."""


class State(NamedTuple):
    """Fields are the variables of the TLA+ module."""

    logs: tuple[Log, ...]
    mark: bool
    """The file that says that the last shutdown was clean."""
    stage: str
    """Of the broker: `down`, `starting`, `up` or `stopping`."""
    found_mark: bool
    """In memory: this start found the mark."""
    loaded: frozenset[int]
    """In memory: logs that this start has loaded."""
    kept: tuple[tuple[int, ...], ...]
    """log -> the records that were flushed at some time: no start may be without them."""
    appended: int
    starts_left: int
    failures_left: int
    crashes_left: int


class View(NamedTuple):
    """What properties are told."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    """A broker is up for the first time; its logs are empty."""
    yield State(
        logs=(Log((), False, 0, 0),) * c.logs, mark=False, stage="up", found_mark=False,
        loaded=frozenset(range(1, c.logs + 1)), kept=((),) * c.logs, appended=0,
        starts_left=c.starts, failures_left=c.failures, crashes_left=c.crashes,
    )  # fmt: skip


def recovered(c: Config, log: Log) -> Log:
    """A log after recovery: part of a record is cut off, if it lies where recovery reads."""
    if c.rules.recovery_keeps == "recovery_point":
        return log._replace(records=log.records[: log.recovery_point], torn=False)
    return log._replace(torn=log.torn and len(log.records) < log.recovery_point)


def flushed(log: Log) -> Log:
    return log._replace(flushed=len(log.records))


def checkpointed(c: Config, log: Log) -> Log:
    return log._replace(recovery_point=log.flushed if c.rules.checkpointed == "flushed" else len(log.records))


def writes_mark(c: Config, s: State) -> bool:
    """Whether the broker that stops says that it stopped cleanly."""
    if c.rules.mark_written == "always" or s.found_mark:
        return True
    return len(s.loaded) == c.logs or (c.rules.mark_written == "found_or_some" and bool(s.loaded))
