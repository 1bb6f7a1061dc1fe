"""Bounds within which the log of a coordinator is explored, and the bugs that break it: documented ones, and edits."""

from __future__ import annotations

from nilometer_models.protocols.coordinator_log.properties import MACHINE
from nilometer_models.protocols.coordinator_log.state import Config

PUTS = Config(kinds=frozenset({"put"}), compactions=0)
RESTARTED = PUTS._replace(elections=0, restarts=1)

MACHINE.bounded("restarts", Config(elections=0, restarts=1, failures=1), edges=True)
MACHINE.bounded("fail-over", Config())
MACHINE.bounded("fail-over, three puts", PUTS._replace(writes=3, compactions=1))
MACHINE.bounded("fail-over and back", Config(elections=2))
MACHINE.bounded("three writes", Config(writes=3), nightly=True)
MACHINE.bounded("two keys", Config(keys=2, restarts=1), nightly=True)

MACHINE.bug(
    "B084", "Replay refuses a record whose predecessor compaction has removed", breaks="every_log_loads",
    config=RESTARTED._replace(kinds=frozenset({"put", "remove"}), compactions=1), source="KAFKA-19862",
    replay="strict",
)  # fmt: skip
MACHINE.bug(
    "B086", "Memory is not rolled back after a failed write", breaks="state_is_fold_of_log",
    config=PUTS._replace(elections=0, writes=0, failures=1), source="KAFKA-18084", failed_write_undone=False,
)  # fmt: skip
MACHINE.bug(
    "B090", "A write is answered by the high watermark of another leader",
    breaks="acknowledged_in_every_later_leader", config=PUTS, source="KAFKA-20634", acknowledgement_fenced=False,
)  # fmt: skip
MACHINE.bug(
    "B091", "Reads come from an old copy", breaks="reads_see_what_was_acknowledged",
    config=PUTS._replace(elections=0, writes=1), source="kop #1289", reads="loaded",
)  # fmt: skip
MACHINE.bug(
    "B094", "The loader stops after the first buffer", breaks="state_is_fold_of_log", config=RESTARTED,
    source="KAFKA-5600", loads_whole_log=False,
)  # fmt: skip
MACHINE.bug(
    "B102", "Replay drops what was softly deleted", breaks="state_is_fold_of_log",
    config=RESTARTED._replace(kinds=frozenset({"put", "delete"})), source="karapace #170",
    soft_deleted_replayed=False,
)  # fmt: skip
MACHINE.bug(
    "answers_at_once", "A write is answered before it is committed", breaks="acknowledged_in_every_later_leader",
    config=PUTS._replace(writes=1), acknowledgement_waits=False,
)  # fmt: skip
MACHINE.bug(
    "first_record_kept", "Compaction keeps the first record of a key", breaks="compaction_changes_no_state",
    config=PUTS._replace(elections=0), compaction_keeps="first",
)  # fmt: skip
MACHINE.bug(
    "hasty_compaction", "Compaction removes what a record supersedes that is truncated later",
    breaks="compaction_changes_no_state", config=PUTS._replace(compactions=1), source="KAFKA-13194",
    compaction_below_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "dirty_reads", "Reads show what is not committed", breaks="reads_are_committed",
    config=PUTS._replace(elections=0, writes=1), reads="written",
)  # fmt: skip
MACHINE.bug(
    "reads_behind_after_fail_over", "Reads stop at a new leader's high watermark: Kafka's do, without require_stable",
    breaks="reads_see_what_was_acknowledged", config=PUTS._replace(writes=1),
    source="CoordinatorLoaderImpl, GroupCoordinatorService.fetchOffsets", reads="committed",
)  # fmt: skip
