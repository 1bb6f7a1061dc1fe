"""Bounds within which offsets in transactions are explored, and the bugs that break them."""

from __future__ import annotations

from nilometer_models.protocols.transactional_offsets.model import MACHINE
from nilometer_models.protocols.transactional_offsets.state import Config

HANDOVER = Config(members=2, inputs=1, generations=2)
RACE = Config(members=1, inputs=1, generations=1, plain_commits=1, reloads=1)
MACHINE.bounded("one member", Config(members=1, inputs=2, generations=1, plain_commits=1, reloads=1), edges=True)
MACHINE.bounded("a handover", Config(members=2, inputs=2, generations=2))
MACHINE.bounded("a handover, with a plain commit and a new coordinator", Config(2, 1, 2, 1, 1, 1), edges=True)
MACHINE.bounded("three generations", Config(members=2, inputs=2, generations=3, reloads=1), nightly=True)

MACHINE.bug(
    "B054", "An offset commit in a transaction is not fenced by the group", breaks="each_input_processed_once",
    config=HANDOVER, source="KIP-447, KAFKA-9365", fenced_by_group=False, stable_fetch=False,
)  # fmt: skip
MACHINE.bug(
    "B087", "Reading the log attaches a marker to another transaction's offsets", breaks="offset_agrees_with_outputs",
    config=Config(members=2, inputs=1, generations=2, reloads=1), source="redpanda #10669", replay_by_producer=False,
)  # fmt: skip
MACHINE.bug(
    "B089", "Racing commits are resolved by record live, and by marker in replay", breaks="later_record_wins",
    config=RACE, source="redpanda CORE-17000, KAFKA-14505", replay_by_record=False,
)  # fmt: skip
MACHINE.bug(
    "stale_generation", "The group's generation does not fence TxnOffsetCommit", breaks="each_input_processed_once",
    config=HANDOVER, source="KIP-447", fenced_by_group=False,
)  # fmt: skip
MACHINE.bug(
    "unstable_fetch", "A new owner is told an offset while another one is pending",
    breaks="each_input_processed_once", config=HANDOVER, source="KIP-447", stable_fetch=False,
)  # fmt: skip
MACHINE.bug(
    "last_marker_wins", "Of racing commits the one that became visible last wins", breaks="later_record_wins",
    config=RACE._replace(reloads=0), source="KAFKA-14505", live_by_record=False, replay_by_record=False,
)  # fmt: skip
MACHINE.bug(
    "changed_by_replay", "A new coordinator answers another committed offset", breaks="only_the_log_changes_offsets",
    config=RACE, source="redpanda CORE-17000", replay_by_record=False,
)  # fmt: skip
MACHINE.bug(
    "offset_without_commit", "An offset counts as soon as it is in the transaction", breaks="pending_invisible",
    config=Config(members=1, inputs=1, generations=1), pending_hidden=False,
)  # fmt: skip
MACHINE.bug(
    "pending_for_ever", "An abort leaves the offset pending", breaks="offsets_become_stable",
    config=Config(members=1, inputs=1, generations=1), abort_drops_pending=False,
)  # fmt: skip
