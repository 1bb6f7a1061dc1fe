"""One append in its steps, each of which may fail (KAFKA-7866), and recovery.

log      WriteBatch  WriteMarker  Index  Finish
faults   WriteFails  IndexFails  TransactionIndexFails  Crash
         Recover
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.log_append.state import (
    Batch,
    Config,
    Rules,
    State,
    View,
    end_of,
    end_of_file,
    entry_of,
    found,
    initial,
    last_stable_offset,
    rebuilt_index,
)

MACHINE: Machine[Config, State, View] = Machine("log_append", initial, View, home=Path(__file__).parent)


def model(rules: Rules | None = None, **bounds: int) -> Instance[Config, State, View]:
    """An instance with these bounds; what is not named is as in `Config`."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def sizes(c: Config) -> Iterable[int]:
    return range(1, c.batch_size + 1)


def why_no_write(c: Config, s: State) -> str | None:
    if not s.online:
        return "the log is offline"
    if s.stage != "idle":
        return "an append is under way"
    return "bound: appends" if s.appended >= c.appends else None


def why_no_failure(s: State, stage: str) -> str | None:
    if s.stage != stage:
        return f"no append is {stage}"
    return None if s.failures_left else "bound: failures"


def write(c: Config, s: State, count: int, *, aborts: bool) -> State:
    batch = Batch(s.log_end_offset, count, s.appended + 1, aborts)
    early = frozenset[Batch]() if c.rules.acknowledged_when_done else {batch}
    return s._replace(
        log=(*s.log, batch), stage="written", appended=s.appended + 1, acknowledged=s.acknowledged | early
    )


@MACHINE.action("log", size=sizes)
class WriteBatch:
    """A batch is given the next offsets and written to the file."""

    @staticmethod
    def why_not(c: Config, s: State, size: int) -> str | None:
        del size
        return why_no_write(c, s)

    @staticmethod
    def apply(c: Config, s: State, size: int) -> State:
        return write(c, s, size, aborts=False)


@MACHINE.action("log")
class WriteMarker:
    """The marker of an aborted transaction is written to the file."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return why_no_write(c, s)

    @staticmethod
    def apply(c: Config, s: State) -> State:
        return write(c, s, 1, aborts=True)


@MACHINE.action("log")
class Index:
    """The offset index has the batch, if it is due; the log ends after it."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.stage == "written" else "no append is written"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        at = len(s.log) - 1
        due = (entry_of(c, s.log, at),) if at else ()
        early = c.rules.log_end_advances == "before_transaction_index"
        end = end_of_file(s.log) if early else s.log_end_offset
        return s._replace(offset_index=s.offset_index + due, log_end_offset=end, stage="indexed")


@MACHINE.action("log")
class Finish:
    """The transaction index has the marker, if the batch is one, and the batch is acknowledged."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.stage == "indexed" else "no append is indexed"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        batch = s.log[-1]
        return s._replace(
            aborted=(*s.aborted, batch.base_offset) if batch.aborts else s.aborted,
            log_end_offset=end_of(batch),
            stage="idle",
            acknowledged=s.acknowledged | {batch},
        )


@MACHINE.action("fault")
class WriteFails:
    """Part of a batch comes to the file; the log goes offline."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return why_no_write(c, s) or why_no_failure(s, "idle")

    @staticmethod
    def apply(c: Config, s: State) -> State:
        batch = Batch(s.log_end_offset, 1, s.appended + 1, aborts=False)
        early = frozenset[Batch]() if c.rules.acknowledged_when_done else {batch}
        return s._replace(
            torn=True, online=False, appended=s.appended + 1, failures_left=s.failures_left - 1,
            acknowledged=s.acknowledged | early,
        )  # fmt: skip


@MACHINE.action("fault")
class IndexFails:
    """The offset index cannot be written: the log goes offline with a batch that it does not count."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return why_no_failure(s, "written")

    @staticmethod
    def apply(c: Config, s: State) -> State:
        online = not c.rules.index_error_stops
        return s._replace(stage="idle", online=online, failures_left=s.failures_left - 1)


@MACHINE.action("fault")
class TransactionIndexFails:
    """The transaction index refuses the marker: the producer is told of an error, and the log stays online."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        refused = why_no_failure(s, "indexed")
        return refused or (None if s.log[-1].aborts else "the batch ends no transaction")

    @staticmethod
    def apply(c: Config, s: State) -> State:
        first = s.log[-1].base_offset if s.unstable is None and c.rules.unindexed_is_unstable else s.unstable
        return s._replace(unstable=first, stage="idle", failures_left=s.failures_left - 1)


@MACHINE.action("fault")
class Crash:
    """The process dies: the files stay."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if not s.online:
            return "the log is offline"
        return None if s.crashes_left else "bound: crashes"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(stage="idle", online=False, crashes_left=s.crashes_left - 1)


@MACHINE.action("log")
class Recover:
    """The log is opened after an unclean end: it is what the whole batches of its file say."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return "the log is online" if s.online else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        indexed = max((entry.position + 1 for entry in s.offset_index), default=0)
        log = s.log if c.rules.recovery_keeps_unindexed else s.log[:indexed]
        anew = c.rules.recovery_rebuilds
        return s._replace(
            log=log,
            torn=s.torn and not c.rules.recovery_cuts,
            offset_index=rebuilt_index(c, log) if anew else s.offset_index,
            aborted=tuple(batch.base_offset for batch in log if batch.aborts) if anew else s.aborted,
            log_end_offset=end_of_file(log),
            unstable=None,
            online=True,
        )


@MACHINE.invariant("L1", "L5")
def offsets_are_given_once(view: View) -> bool:
    """No two batches of the file share an offset: each begins at the end of an earlier one, or after it."""
    log = view.state.log
    return all(end_of(log[at]) <= log[at + 1].base_offset for at in range(len(log) - 1))


@MACHINE.invariant("L9")
def log_ends_after_its_last_batch(view: View) -> bool:
    """Between two appends the log end offset is the one after the last record in the file."""
    s = view.state
    return not s.online or s.stage != "idle" or s.log_end_offset == end_of_file(s.log)


@MACHINE.invariant("L9")
def served_file_is_whole(view: View) -> bool:
    """A log that is online ends with a whole batch."""
    return not (view.state.online and view.state.torn)


@MACHINE.invariant("L1")
def readers_find_their_offset(view: View) -> bool:
    """From any offset below the log end, the offset index leads a reader to the batch that has it."""
    s = view.state
    if not s.online:
        return True
    batches = ((offset, found(s, offset)) for offset in range(s.log_end_offset))
    return all(batch is not None and batch.base_offset <= offset for offset, batch in batches)


@MACHINE.invariant("T2", "V5")
def aborted_is_indexed(view: View) -> bool:
    """The transaction index has every marker below the last stable offset, once no append is under way."""
    s = view.state
    if not s.online or s.stage != "idle":
        return True
    stable = last_stable_offset(s)
    return all(batch.base_offset in s.aborted for batch in s.log if batch.aborts and batch.base_offset < stable)


@MACHINE.invariant("L1", "L9")
def acknowledged_is_kept(view: View) -> bool:
    """Every acknowledged batch is in the file, whole, at the offset that the producer was told."""
    return view.state.acknowledged <= set(view.state.log)


@MACHINE.step_property("L1")
def file_only_grows(before: View, after: View) -> bool:
    """Whole batches are never taken away or replaced: not by a failure, not by a crash, not by recovery."""
    return after.state.log[: len(before.state.log)] == before.state.log


@MACHINE.witness("L9")
def unacknowledged_is_kept(view: View) -> bool:
    """The log serves a batch whose producer was told of an error, or of nothing."""
    s = view.state
    return s.online and s.stage == "idle" and len(s.log) > len(s.acknowledged)


@MACHINE.witness("V5")
def readers_wait_for_recovery(view: View) -> bool:
    """Batches are appended after a marker that could not be indexed; readers of committed records do not see them."""
    s = view.state
    return s.online and s.unstable is not None and s.log_end_offset > s.unstable + 1


@MACHINE.witness("L9")
def appended_after_a_torn_batch(view: View) -> bool:
    """A batch takes the offset of one that was torn."""
    s = view.state
    return s.stage == "written" and s.appended > len(s.log)
