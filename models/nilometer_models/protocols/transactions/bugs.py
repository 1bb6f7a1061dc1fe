"""Bounds within which transactions are explored, and the bugs that break them: rules that Kafka once had, and edits.

Version 1 is one of them, because it is wrong by design: it cannot tell a late request from one of the next transaction.
What it does promise, with verification and within one transaction, has bounds of its own.
"""

from __future__ import annotations

from nilometer_models.protocols.transactions.model import MACHINE
from nilometer_models.protocols.transactions.state import Config, Rules

ONE = Config(transactions=1)
TWO = Config(transactions=2)
TWO_AND_A_RETRY = Config(transactions=2, retries=1)
BEFORE_KIP_890 = {"version": 1, "verification": False}
NEAR_THE_END = 32_766
"""So many epochs are gone: the next one is 32,766, the last that a client may have."""

MACHINE.bounded("one transaction", ONE, edges=True)
MACHINE.bounded("three transactions, one retry", Config(transactions=3, retries=1))
MACHINE.bounded("two instances", Config(instances=2, recoveries=1))
MACHINE.bounded(
    "two partitions, faults",
    Config(partitions=2, transactions=1, timeouts=1, reloads=1, lost_answers=1, failed_writes=1),
)  # fmt: skip
MACHINE.bounded("the last epochs", Config(instances=2, timeouts=1, epochs_used=NEAR_THE_END), edges=True)
MACHINE.bounded(
    "version 1, one transaction",
    Config(instances=2, transactions=1, timeouts=1, reloads=1, lost_answers=1, rules=Rules(version=1)),
)  # fmt: skip
MACHINE.bounded("three transactions, two retries", Config(transactions=3, retries=2), nightly=True)
MACHINE.bounded("all faults", Config(1, 2, 1, 1, 1, 1, 1, 1), nightly=True)

MACHINE.bug(
    "B036", "Hanging transaction: a late record opens one that no coordinator knows", breaks="no_hanging", config=ONE,
    source="KAFKA-14402, KIP-890", **BEFORE_KIP_890,
)  # fmt: skip
MACHINE.bug(
    "B037", "A late record joins the next transaction", breaks="aborted_never_visible", config=TWO,
    source="KAFKA-14402, KIP-890", **BEFORE_KIP_890,
)  # fmt: skip
MACHINE.bug(
    "B038", "A late EndTxn completes the next transaction", breaks="no_premature_commit", config=TWO_AND_A_RETRY,
    source="KAFKA-17754, KIP-890", **BEFORE_KIP_890,
)  # fmt: skip
MACHINE.bug(
    "B039", "Verification without epoch bump", breaks="aborted_never_visible", config=TWO,
    source="KIP-890 part 1 alone", version=1,
)  # fmt: skip
MACHINE.bug(
    "B040", "A time-out aborts without an epoch bump", breaks="fenced_writes_nothing",
    config=Config(transactions=1, timeouts=1), source="KAFKA-6119", timeout_fences=False, **BEFORE_KIP_890,
)  # fmt: skip
MACHINE.bug(
    "B041", "A completion is written twice", breaks="each_completes_once", config=ONE, source="KAFKA-10080",
    completed_once=False,
)  # fmt: skip
MACHINE.bug(
    "B042", "A repeated marker is refused, and the transaction hangs in prepare", breaks="transactions_end",
    config=Config(transactions=1, lost_answers=1), source="KAFKA-19999", repeated_marker_taken=False,
)  # fmt: skip
MACHINE.bug(
    "B043", "Fencing at the last epoch bumps twice, and overflows", breaks="epochs_within_range",
    config=Config(instances=2, transactions=1, epochs_used=NEAR_THE_END), source="KAFKA-19367",
    fence_bumps_twice=True,
)  # fmt: skip
MACHINE.bug(
    "B044", "Fencing at the last epoch does not move to a new producer id", breaks="epochs_within_range",
    config=Config(transactions=1, timeouts=1, epochs_used=NEAR_THE_END), source="KAFKA-20090", fence_rotates=False,
)  # fmt: skip
MACHINE.bug(
    "B045", "A fence that cannot be written burns an epoch", breaks="memory_is_what_was_written",
    config=Config(transactions=1, failed_writes=1), source="KAFKA-9666", fence_is_written_first=False,
)  # fmt: skip
MACHINE.bug(
    "B048", "A transaction has begun in memory only", breaks="atomic",
    config=Config(partitions=2, transactions=1, reloads=1), source="redpanda #6018, #6019", begin_is_written=False,
)  # fmt: skip
MACHINE.bug(
    "markers_left_out", "A new coordinator takes partitions without a leader for deleted ones: complete, and no marker",
    breaks="no_hanging", config=Config(transactions=1, reloads=1),
    source="TransactionMarkerChannelManager, seen in Apache Kafka 4.3.1", leaderless_is_waited_for=False,
)  # fmt: skip
MACHINE.bug(
    "lost_write", "A commit is acknowledged by the end of another transaction", breaks="committed_visible",
    config=TWO_AND_A_RETRY, source="KAFKA-17754, KIP-890", **BEFORE_KIP_890,
)  # fmt: skip
MACHINE.bug(
    "unasked_abort", "A late EndTxn aborts the next transaction", breaks="aborted_as_asked", config=TWO_AND_A_RETRY,
    source="KAFKA-17754, KIP-890", **BEFORE_KIP_890,
)  # fmt: skip
MACHINE.bug(
    "zombie_write", "A partition that has not heard of the new epoch takes a record of a replaced instance",
    breaks="zombies_write_nothing", config=Config(instances=2, transactions=1), source="KIP-890", **BEFORE_KIP_890,
)  # fmt: skip
MACHINE.bug(
    "stale_verification", "A verification outlives the marker of its transaction", breaks="no_late_data", config=ONE,
    source="KAFKA-14402", version=1, guarded=False,
)  # fmt: skip
MACHINE.bug(
    "second_completion", "A second completion goes back to an earlier identity", breaks="identity_grows", config=TWO,
    source="KAFKA-10080", completed_once=False,
)  # fmt: skip
MACHINE.bug(
    "shared_identity", "A second instance gets the identity of the first", breaks="identities_are_unique",
    config=Config(instances=2, transactions=1), source="KIP-98", init_bumps=False,
)  # fmt: skip
MACHINE.bug(
    "former_coordinator", "A partition takes a marker of a former coordinator",
    breaks="coordinator_epochs_never_fall", config=Config(transactions=1, reloads=1), coordinator_fenced=False,
)  # fmt: skip
MACHINE.bug(
    "late_marker", "A late marker is taken whatever its epoch", breaks="no_premature_commit",
    config=Config(transactions=2, reloads=1), coordinator_fenced=False, marker_epoch_checked=False,
)  # fmt: skip
