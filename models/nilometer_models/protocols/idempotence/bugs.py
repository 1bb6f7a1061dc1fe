"""Bounds within which idempotence is explored, and the bugs that break it: rules that Kafka once lacked, rules that it
lacks today (`KAFKA`), and edits of our own."""

from __future__ import annotations

from nilometer_models.protocols.idempotence import broker, properties  # noqa: F401  # they register themselves
from nilometer_models.protocols.idempotence.model import MACHINE
from nilometer_models.protocols.idempotence.state import Config, Rules

KAFKA = Rules(
    unknown_starts_at_zero=False, snapshot_has_window=False, snapshot_outlives_records=False,
    counts_span=False, last_acked_wraps=False,
)  # fmt: skip
"""A plain idempotent producer as it is today. With several batches in flight each difference is a bug below."""

MACHINE.bounded("a break", Config(batches=2), edges=True)
MACHINE.bounded("a break and a failure", Config(failures=1), edges=True)
MACHINE.bounded("forgotten at once", Config(batches=2, evictions=1, failovers=1, bumps=1, max_epoch=2), edges=True)
MACHINE.bounded("breaks and failures", Config(breaks=2, failures=1))
MACHINE.bounded("failover", Config(failures=1, failovers=1))
MACHINE.bounded("forgotten", Config(failures=1, failovers=1, evictions=1, bumps=1, max_epoch=2))
MACHINE.bounded("wrap", Config(batches=5, modulus=4, failures=1, evictions=1))
MACHINE.bounded("restart", Config(failures=1, restarts=1, deletions=1))
MACHINE.bounded("three in flight", Config(batches=4, in_flight=3, window=3, failures=1))
MACHINE.bounded(
    "Kafka's own rules, one batch in flight",
    Config(batches=4, in_flight=1, window=1, failures=1, failovers=1, restarts=1, rules=KAFKA),
)
MACHINE.bounded(
    "everything", Config(batches=3, breaks=2, failures=1, failovers=1, evictions=1, bumps=1, max_epoch=2), nightly=True
)

ONE = Config(batches=1, in_flight=1)
TWO = Config(batches=2)
QUIET = Config(batches=2, breaks=0)

MACHINE.bug("B027", "No deduplication", breaks="no_duplicate", config=ONE, source="redpanda #3039", deduplicates=False)
MACHINE.bug(
    "B028", "Window of one batch", breaks="no_duplicate", config=TWO, source="KAFKA-5494", remembers_window=False
)
MACHINE.bug(
    "B029", "Deduplicated retry answers a wrong offset", breaks="acked_at_its_offset", config=TWO,
    source="KAFKA-14034, redpanda #5355", duplicate_has_its_offset=False,
)  # fmt: skip
MACHINE.bug(
    "B030", "Producer state changes before the append succeeds", breaks="acked_at_its_offset",
    config=QUIET._replace(failures=1), source="KAFKA-6683", state_follows_append=False,
)  # fmt: skip
MACHINE.bug(
    "B031", "In-flight batches renumbered out of order", breaks="order_kept",
    config=Config(breaks=0, evictions=1), source="KAFKA-8483, KAFKA-8484", renumbered_in_order=False,
)  # fmt: skip
MACHINE.bug(
    "B032", "Forgotten producer after retention", breaks="no_duplicate", config=ONE._replace(deletions=1),
    source="KIP-360, KAFKA-7190, KAFKA-8710", state_outlives_records=False,
)  # fmt: skip
MACHINE.bug(
    "B033", "Wrong expiry setting for idempotent producers", breaks="no_duplicate", config=ONE._replace(evictions=1),
    source="redpanda #22670", state_kept_while_busy=False,
)  # fmt: skip
MACHINE.bug(
    "B034", "Later batch appended after an earlier one failed to replicate", breaks="no_hole",
    config=QUIET._replace(failovers=1), source="redpanda #16706", truncation_rewinds_state=False,
)  # fmt: skip

# ------------------------------------------------------------------------------------------ Kafka, as it is today

MACHINE.bug(
    "first_sequence_unchecked", "A producer without state may begin with any sequence", breaks="all_acknowledged",
    config=QUIET._replace(failures=1), source="KAFKA-14359, KAFKA-15591", unknown_starts_at_zero=False,
)  # fmt: skip
MACHINE.bug(
    "first_sequence_unchecked_twice", "… and what was sent after it lies in the log twice", breaks="no_duplicate",
    config=QUIET._replace(failovers=1), source="KAFKA-14359", unknown_starts_at_zero=False,
)  # fmt: skip
MACHINE.bug(
    "snapshot_of_one_batch", "After a restart the last batch only is remembered", breaks="no_duplicate",
    config=QUIET._replace(restarts=1), source="KAFKA-12207", snapshot_has_window=False,
)  # fmt: skip
MACHINE.bug(
    "snapshot_at_log_start", "After a restart a producer is forgotten whose records are all deleted",
    breaks="no_duplicate", config=Config(batches=1, in_flight=1, breaks=0, restarts=1, deletions=1),
    source="ProducerStateManager.truncateAndReload", snapshot_outlives_records=False,
)  # fmt: skip
MACHINE.bug(
    "requests_counted", "Requests in flight are counted, not how far they reach back", breaks="all_acknowledged",
    config=Config(breaks=2, failures=1), source="RecordAccumulator, NetworkClient", counts_span=False,
)  # fmt: skip
MACHINE.bug(
    "last_acked_is_largest", "After a wrap the client takes a lost state for a gap that will close",
    breaks="all_acknowledged",
    config=Config(batches=4, in_flight=1, window=1, modulus=2, breaks=0, evictions=1),
    source="TxnPartitionEntry.maybeUpdateLastAckedSequence", last_acked_wraps=False,
)  # fmt: skip

# ------------------------------------------------------------------------------------------------- our own edits

MACHINE.bug(
    "gap_appended", "A batch is appended although one before it is missing", breaks="no_hole",
    config=Config(breaks=0, failures=1), gaps_refused=False,
)  # fmt: skip
MACHINE.bug(
    "old_duplicate_appended", "A duplicate from before the window is appended", breaks="no_duplicate",
    config=Config(in_flight=1), gaps_refused=False,
)  # fmt: skip
MACHINE.bug(
    "no_wrap", "The sequence after the last one is not 0", breaks="bump_means_forgotten",
    config=Config(in_flight=1, window=1, modulus=2, breaks=0), sequence_wraps=False,
)  # fmt: skip
MACHINE.bug(
    "old_epoch_appended", "A batch of an older epoch is judged by its sequence", breaks="epochs_never_fall_along_log",
    config=Config(batches=2, in_flight=1, evictions=1), epoch_fenced=False,
)  # fmt: skip
MACHINE.bug(
    "new_epoch_anywhere", "The first batch of a new epoch may have any sequence", breaks="no_hole",
    config=Config(breaks=0, failures=1, bumps=1), new_epoch_starts_at_zero=False,
)  # fmt: skip
MACHINE.bug(
    "hasty_bump", "Any OUT_OF_ORDER_SEQUENCE_NUMBER makes the client begin a new epoch", breaks="no_duplicate",
    config=Config(batches=2, failures=1), bumps_only_if_next=False,
)  # fmt: skip
MACHINE.bug(
    "late_by_a_cycle", "A request arrives after a whole cycle of sequences", breaks="no_duplicate",
    config=Config(batches=4, in_flight=1, modulus=4), delay_bounded=False,
)  # fmt: skip
MACHINE.bug(
    "state_before_append", "A failed append leaves the producer's state changed", breaks="state_is_fold_of_log",
    config=Config(batches=1, in_flight=1, breaks=0, failures=1), state_follows_append=False,
)  # fmt: skip
MACHINE.bug(
    "state_goes_with_records", "Deleting records deletes the producer's state", breaks="state_moves_with_log",
    config=Config(batches=1, in_flight=1, breaks=0, deletions=1), state_outlives_records=False,
)  # fmt: skip
