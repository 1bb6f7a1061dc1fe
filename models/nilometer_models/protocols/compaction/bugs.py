"""Bounds within which compaction is explored, and the bugs that break it: documented ones, and edits."""

from __future__ import annotations

from nilometer_models.protocols.compaction.properties import MACHINE
from nilometer_models.protocols.compaction.state import Config

VALUES = frozenset({"value"})
TOMBSTONES = frozenset({"tombstone"})
COMMIT = frozenset({"commit"})
ABORT = frozenset({"abort"})
PLAIN = Config(producers=0, outcomes=COMMIT)
"""Nobody has a producer id."""
TRANSACTIONS = Config(kinds=VALUES)
"""Nobody deletes."""

MACHINE.bounded("tombstones", PLAIN._replace(log_size=2, crashes=1, reads=1), edges=True)
MACHINE.bounded("transactions", TRANSACTIONS._replace(log_size=3, crashes=1, expiries=1))
MACHINE.bounded("epochs", TRANSACTIONS._replace(outcomes=ABORT, version=2, log_size=4, cleanings=3))
MACHINE.bounded("three writes and a reader", PLAIN._replace(log_size=3, reads=1))
MACHINE.bounded("two producers", TRANSACTIONS._replace(outcomes=ABORT, producers=2, plain=False, cleanings=1, ticks=0))
MACHINE.bounded("everything", Config(log_size=3, version=2, crashes=1, reads=1), nightly=True)

MACHINE.bug(
    "B067", "Markers are de-duplicated by key", breaks="markers_outlive_data",
    config=TRANSACTIONS._replace(outcomes=ABORT, producers=2, plain=False, cleanings=1, ticks=0),
    source="redpanda #15672, #16295", markers_leave_map=False,
)  # fmt: skip
MACHINE.bug(
    "B068", "A marker goes when its transaction spans groups of segments", breaks="markers_outlive_data",
    config=TRANSACTIONS._replace(outcomes=COMMIT, log_size=3), source="KAFKA-8351", state_spans_segments=False,
)  # fmt: skip
MACHINE.bug(
    "B069", "A tombstone goes at the next cleaning", breaks="timely_reader_sees_delete",
    config=PLAIN._replace(log_size=2, ticks=0, crashes=1, reads=1), source="KAFKA-4529", tombstones_wait=False,
)  # fmt: skip
MACHINE.bug(
    "B070", "An aborted record shadows a committed one", breaks="view_kept",
    config=TRANSACTIONS._replace(outcomes=ABORT, log_size=3, cleanings=1, ticks=0), source="redpanda #6664, #4824",
    aborted_leave_map=False,
)  # fmt: skip
MACHINE.bug(
    "B071", "Cleaning beyond the high watermark", breaks="view_kept",
    config=PLAIN._replace(kinds=VALUES, log_size=2, cleanings=1, ticks=0), source="KAFKA-13194",
    bound="active_segment",
)  # fmt: skip
MACHINE.bug(
    "B072", "The last batch may be removed, and the log end with it", breaks="log_end_kept",
    config=PLAIN._replace(kinds=TOMBSTONES, log_size=1, crashes=1), source="KAFKA-17076", last_batch_stays=False,
)  # fmt: skip
MACHINE.bug(
    "B073", "A cleaner that does not know transactions", breaks="aborted_stays_invisible",
    config=TRANSACTIONS._replace(outcomes=ABORT, plain=False, log_size=2, crashes=1), source="KAFKA-5196",
    transaction_index=False,
)  # fmt: skip
MACHINE.bug(
    "open_transactions_cleaned", "Cleaning up to the high watermark, over open transactions",
    breaks="nothing_touched_above_bound", config=TRANSACTIONS._replace(plain=False, log_size=3, cleanings=1, ticks=0),
    source="KAFKA-5196", bound="high_watermark",
)  # fmt: skip
MACHINE.bug(
    "empty_batch_is_no_data", "A marker goes although an empty batch of its transaction stays",
    breaks="no_transaction_hangs", config=TRANSACTIONS._replace(outcomes=COMMIT, log_size=3, cleanings=3, crashes=2),
    empty_batches_count=False,
)  # fmt: skip
MACHINE.bug(
    "producers_forgotten", "The last batch of a live producer is removed", breaks="deduplication_state_kept",
    config=TRANSACTIONS._replace(outcomes=ABORT, log_size=3, ticks=0), source="KIP-98", producers_kept=False,
)  # fmt: skip
MACHINE.bug(
    "emptied_marker_skipped", "Who rebuilds the producers skips a marker without record, and its epoch: Kafka does",
    breaks="deduplication_state_kept",
    config=TRANSACTIONS._replace(outcomes=ABORT, version=2, log_size=3, cleanings=3),
    source="ProducerAppendInfo.append", empty_marker_keeps_epoch=False,
)  # fmt: skip
MACHINE.bug(
    "horizon_beyond_map", "A tombstone gets its horizon before older values are removed: Kafka does so, map full",
    breaks="timely_reader_sees_delete", config=PLAIN._replace(log_size=2, reads=1, map_slots=1),
    source="MemoryRecords.filterTo", horizon_within_map=False,
)  # fmt: skip
MACHINE.bug(
    "survivors_renumbered", "Survivors get new offsets", breaks="survivors_keep_identity",
    config=PLAIN._replace(keys=2, kinds=VALUES, log_size=3, cleanings=1, ticks=0), source="KIP-58",
    offsets_kept=False,
)  # fmt: skip
