"""Bounds within which starts and stops are explored, and the bugs that break them."""

from __future__ import annotations

from nilometer_models.protocols.log_storage.model import MACHINE
from nilometer_models.protocols.log_storage.state import Config

MACHINE.bounded("one log", Config(logs=1), edges=True)
MACHINE.bounded("two logs", Config())
MACHINE.bounded("three appends", Config(appends=3, starts=3, crashes=2), nightly=True)

ONE = Config(logs=1, appends=0, starts=1, failures=0)

MACHINE.bug(
    "B076", "Clean-shutdown mark after a failed start", breaks="nothing_torn_is_served",
    config=ONE._replace(starts=2, failures=1), source="KAFKA-15375", mark_written="always",
)  # fmt: skip
MACHINE.bug(
    "mark_after_one_of_two", "The mark is written when one of two logs was loaded", breaks="nothing_torn_is_served",
    config=ONE._replace(logs=2, starts=2, failures=1), mark_written="found_or_some",
)  # fmt: skip
MACHINE.bug(
    "mark_left", "A start leaves the mark, and the broker crashes", breaks="mark_tells_the_truth",
    config=ONE, source="KAFKA-10471", mark_removed_at_start=False,
)  # fmt: skip
MACHINE.bug(
    "mark_before_flush", "A stop writes the mark before it flushes", breaks="mark_tells_the_truth",
    config=ONE._replace(appends=1, starts=0, crashes=0), mark_after_flush=False,
)  # fmt: skip
MACHINE.bug(
    "never_recovered", "Logs are loaded as they are", breaks="nothing_torn_is_served",
    config=ONE, recovered_without_mark=False,
)  # fmt: skip
MACHINE.bug(
    "log_end_checkpointed", "The recovery point is above what is flushed",
    breaks="recovery_begins_within_what_is_flushed",
    config=ONE._replace(appends=1, starts=0, crashes=0), checkpointed="log_end",
)  # fmt: skip
MACHINE.bug(
    "recovery_looks_too_late", "Recovery begins above a torn record", breaks="nothing_torn_is_served",
    config=ONE._replace(appends=1), checkpointed="log_end",
)  # fmt: skip
MACHINE.bug(
    "flushed_is_cut", "Recovery cuts a log at its recovery point", breaks="flushed_is_kept",
    config=ONE._replace(appends=1), recovery_keeps="recovery_point",
)  # fmt: skip
MACHINE.bug(
    "unflushed_is_cut", "Recovery takes whole records away", breaks="only_a_crash_takes_records",
    config=ONE._replace(appends=1), recovery_keeps="recovery_point",
)  # fmt: skip
