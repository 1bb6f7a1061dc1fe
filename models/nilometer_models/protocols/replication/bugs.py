"""Bounds within which replication is explored, and the bugs that break it: rules that Kafka once lacked, and edits."""

from __future__ import annotations

from nilometer_models.protocols.replication.model import MACHINE
from nilometer_models.protocols.replication.state import Config

UNFENCED = {"truncation_fenced": False, "fetch_fenced": False, "high_watermark_fenced": False}
"""Before KIP-320 replication requests carried no leader epoch."""
ONE_RECORD = Config(replicas=2, log_size=1, records=1, max_epoch=1)
TWO_RECORDS = Config(replicas=2, log_size=1, records=2, max_epoch=1)
TWO_REPLICAS = Config(replicas=2, log_size=2, records=3, max_epoch=2)
THREE_REPLICAS = Config(replicas=3, log_size=1, records=1, max_epoch=2)
THREE_REPLICAS_TWO_RECORDS = Config(replicas=3, log_size=1, records=2, max_epoch=2)

MACHINE.bounded("two replicas, one record", ONE_RECORD, edges=True)
MACHINE.bounded("two replicas", TWO_REPLICAS)
MACHINE.bounded("three replicas, one record", THREE_REPLICAS, tlc_liveness=False)
MACHINE.bounded("three replicas, two records", THREE_REPLICAS_TWO_RECORDS, nightly=True, tlc_liveness=False)
MACHINE.bounded("three replicas", Config(3, 2, 2, 2), nightly=True, tlc_liveness=False)

MACHINE.bug(
    "B001", "Truncation to the high watermark", breaks="committed_within_isr", config=ONE_RECORD,
    source="KAFKA-1211, KIP-101", truncation="high_watermark", **UNFENCED,
)  # fmt: skip
MACHINE.bug(
    "B002", "Fast fail-over: the high watermark where the leader does not know the epoch",
    breaks="committed_within_isr", config=Config(2, 2, 2, 2), source="KAFKA-6361, KIP-279",
    truncation="leader_epoch", **UNFENCED,
)  # fmt: skip
MACHINE.bug(
    "unfenced", "Matching epochs, but nothing is fenced", breaks="committed_within_isr", config=THREE_REPLICAS,
    source="KIP-320", **UNFENCED,
)  # fmt: skip
MACHINE.bug(
    "B003", "Zombie leader: fetch and high watermark not fenced", breaks="committed_within_isr",
    config=THREE_REPLICAS, source="KIP-320, KAFKA-7395", fetch_fenced=False, high_watermark_fenced=False,
)  # fmt: skip
MACHINE.bug(
    "B004", "Truncation against a leader of an older epoch", breaks="committed_within_isr",
    config=THREE_REPLICAS_TWO_RECORDS, source="KIP-320", truncation_fenced=False,
)  # fmt: skip
MACHINE.bug(
    "B005", "A follower joins the ISR before the leader's epoch start", breaks="committed_within_isr",
    config=Config(3, 1, 1, 1), source="KAFKA-7128", expand_waits_for_epoch_start=False,
)  # fmt: skip
MACHINE.bug(
    "watermark_at_log_end", "The high watermark is the leader's own log end", breaks="committed_within_isr",
    config=ONE_RECORD, high_watermark_waits_for_isr=False,
)  # fmt: skip
MACHINE.bug(
    "isr_grows_early", "The ISR grows by a follower below the high watermark", breaks="committed_within_isr",
    config=ONE_RECORD, expand_waits_for_high_watermark=False, expand_waits_for_epoch_start=False,
)  # fmt: skip
MACHINE.bug(
    "deposed_leader_changes_isr", "The controller takes an ISR change from a deposed leader",
    breaks="committed_within_isr", config=ONE_RECORD, isr_change_fenced=False,
)  # fmt: skip
MACHINE.bug(
    "unclean_election", "A leader is elected from outside the ISR", breaks="committed_within_isr",
    config=ONE_RECORD, clean_election=False,
)  # fmt: skip
MACHINE.bug(
    "watermark_beyond_log", "After an unclean election truncation leaves the high watermark where it was",
    breaks="high_watermark_within_log", config=ONE_RECORD, clean_election=False, truncation_lowers_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "watermark_of_what_was_said", "A new leader's high watermark falls to what its followers have said so far",
    breaks="high_watermark_of_a_leader_never_falls", config=ONE_RECORD, source="KIP-207",
    high_watermark_only_grows=False,
)  # fmt: skip
MACHINE.bug(
    "old_decision", "A replica obeys a decision that comes late", breaks="leader_epochs_grow", config=ONE_RECORD,
    old_decisions_ignored=False,
)  # fmt: skip
MACHINE.bug(
    "stays_in_office", "A leader that hears of its successor takes the new epoch for its own",
    breaks="one_leader_per_epoch", config=ONE_RECORD, deposed_leader_steps_down=False,
)  # fmt: skip
MACHINE.bug(
    "epoch_of_the_last_record", "A leader stamps records with the epoch of the record before them",
    breaks="log_matching", config=TWO_RECORDS, records_carry_leader_epoch=False,
)  # fmt: skip
MACHINE.bug(
    "no_truncation", "A follower keeps what its new leader does not have", breaks="epochs_never_fall_along_log",
    config=TWO_REPLICAS, truncation="none",
)  # fmt: skip
MACHINE.bug(
    "suffix_stays", "… so that their logs never become equal", breaks="followers_come_to_equal_the_leader",
    config=ONE_RECORD, truncation="none",
)  # fmt: skip
MACHINE.bug(
    "leader_outside_isr", "A leader that is dropped from the ISR stays in office", breaks="leader_within_isr",
    config=ONE_RECORD, drop_ends_office=False,
)  # fmt: skip
MACHINE.bug(
    "nobody_left", "The last member of the ISR is dropped, and nobody can be elected", breaks="isr_not_empty",
    config=ONE_RECORD, source="KIP-966", last_member_stays=False,
)  # fmt: skip
