"""Bounds within which appends are explored, and the bugs that break them."""

from __future__ import annotations

from nilometer_models.protocols.log_append.model import MACHINE
from nilometer_models.protocols.log_append.state import Config

MACHINE.bounded("small", Config(appends=2, batch_size=1), edges=True)
MACHINE.bounded("three appends", Config(failures=2))
MACHINE.bounded("four appends", Config(appends=4, failures=2, crashes=2), nightly=True)

ONE = Config(appends=1, batch_size=1, failures=0, crashes=0)
TWO = ONE._replace(appends=2)

MACHINE.bug(
    "B055", "Same offset twice after an index error", breaks="offsets_are_given_once",
    config=TWO._replace(failures=1), source="KAFKA-7866", log_end_advances="last",
)  # fmt: skip
MACHINE.bug(
    "end_left_behind", "The log end stays before a batch whose marker could not be indexed",
    breaks="log_ends_after_its_last_batch", config=ONE._replace(failures=1), source="KAFKA-7866",
    log_end_advances="last",
)  # fmt: skip
MACHINE.bug(
    "index_error_ignored", "A log goes on after its offset index failed", breaks="offsets_are_given_once",
    config=TWO._replace(failures=1), index_error_stops=False,
)  # fmt: skip
MACHINE.bug(
    "entry_after_batch", "The offset index points behind the batch", breaks="readers_find_their_offset",
    config=TWO, entry_position="after",
)  # fmt: skip
MACHINE.bug(
    "aborted_shown", "The last stable offset passes a marker that is not indexed", breaks="aborted_is_indexed",
    config=ONE._replace(failures=1), unindexed_is_unstable=False,
)  # fmt: skip
MACHINE.bug(
    "indexes_as_left", "Recovery leaves the indexes as they are", breaks="aborted_is_indexed",
    config=ONE._replace(crashes=1), recovery_rebuilds=False,
)  # fmt: skip
MACHINE.bug(
    "torn_batch_left", "Recovery leaves part of a batch at the end", breaks="served_file_is_whole",
    config=ONE._replace(failures=1), recovery_cuts=False,
)  # fmt: skip
MACHINE.bug(
    "acknowledged_early", "A batch is acknowledged before it is written", breaks="acknowledged_is_kept",
    config=ONE._replace(failures=1), acknowledged_when_done=False,
)  # fmt: skip
MACHINE.bug(
    "unindexed_cut", "Recovery ends with the last entry of the offset index", breaks="file_only_grows",
    config=ONE._replace(crashes=1), recovery_keeps_unindexed=False,
)  # fmt: skip
