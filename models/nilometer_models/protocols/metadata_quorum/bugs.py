"""Bounds within which the quorum is explored, and the bugs that break it: documented ones, and edits."""

from __future__ import annotations

from nilometer_models.protocols.metadata_quorum.properties import MACHINE
from nilometer_models.protocols.metadata_quorum.state import Config

FIRST = frozenset({1})
EVERYBODY = frozenset({1, 2, 3})
LED = Config(max_epoch=2, records=0, begun=True)
"""Replica 1 leads, and one more election is possible."""
ALONE = Config(voters=1, replicas=1, records=0, snapshots=1, campaigners=FIRST)

MACHINE.bounded("first election", Config(records=0), edges=True)
MACHINE.bounded(
    "one voter becomes two", Config(replicas=2, voters=1, changes=2, snapshots=1, campaigners=FIRST), edges=True
)
MACHINE.bounded(
    "three voters become four",
    LED._replace(replicas=4, max_epoch=1, changes=2, campaigners=FIRST, quiet=frozenset({3})),
)
MACHINE.bounded("second election", LED._replace(records=1))
MACHINE.bounded("second election, a crash", LED._replace(crashes=1))
MACHINE.bounded("second election, a replica cut off", LED._replace(cuts=1))
MACHINE.bounded("second election, everybody stands", LED._replace(records=1, campaigners=EVERYBODY), nightly=True)
MACHINE.bounded(
    "four voters, two changes", LED._replace(replicas=4, voters=4, changes=2, quiet=frozenset({1, 4})), nightly=True
)
MACHINE.bounded("three elections, a change", LED._replace(max_epoch=3, changes=1), nightly=True)

MACHINE.bug(
    "B021", "A leader restarts as leader of the same epoch", breaks="log_matching",
    config=LED._replace(max_epoch=1, records=1, crashes=1, campaigners=FIRST), source="KAFKA-10527",
    restart_resigns=False,
)  # fmt: skip
MACHINE.bug(
    "B022", "What is only in memory counts as replicated", breaks="leader_completeness",
    config=LED._replace(crashes=1), source="KAFKA-10533", flush_before_reply=False,
)  # fmt: skip
MACHINE.bug(
    "B023", "A leader that is cut off never resigns", breaks="a_cut_off_leader_steps_down",
    config=LED._replace(max_epoch=1, cuts=1, campaigners=FIRST), source="KAFKA-15489", check_quorum_timer=False,
)  # fmt: skip
MACHINE.bug(
    "B024", "The voter set changes before a record of the own epoch is committed", breaks="leader_completeness",
    config=LED._replace(replicas=4, voters=4, max_epoch=3, changes=2, quiet=frozenset({1, 2, 4})),
    source="KIP-853; Raft's single-server change", change_waits_for_epoch=False,
)  # fmt: skip
MACHINE.bug(
    "B025", "A snapshot is named by the last offset that it contains", breaks="snapshot_ends_at_log_start",
    config=ALONE, source="KAFKA-14618, KIP-630", snapshot_end="inclusive",
)  # fmt: skip
MACHINE.bug(
    "memory_only", "What is only in memory counts for the high watermark",
    breaks="majority_of_voters_has_high_watermark", config=LED._replace(max_epoch=1, crashes=1, campaigners=FIRST),
    source="KAFKA-10533", flush_before_reply=False,
)  # fmt: skip
MACHINE.bug(
    "two_changes_at_once", "The voter set changes before the last change is committed", breaks="leader_completeness",
    config=LED._replace(changes=2), source="KIP-853", one_change_at_a_time=False,
)  # fmt: skip
MACHINE.bug(
    "uncommitted_snapshot", "A snapshot holds what is not committed", breaks="image_is_fold_of_log",
    config=LED._replace(max_epoch=1, snapshots=1, campaigners=FIRST), source="KIP-630", snapshot_of_committed=False,
)  # fmt: skip
MACHINE.bug(
    "votes_for_everybody", "A voter votes for every candidate of an epoch", breaks="one_leader_per_epoch",
    config=Config(records=0), source="KIP-595", one_vote=False,
)  # fmt: skip
MACHINE.bug(
    "vote_forgotten", "A restart forgets the vote", breaks="epochs_grow",
    config=Config(replicas=2, voters=2, records=0, crashes=1, campaigners=FIRST), source="KIP-595",
    vote_is_durable=False,
)  # fmt: skip
MACHINE.bug(
    "votes_for_a_short_log", "A voter votes for a candidate whose log is behind", breaks="committed_prefix_immutable",
    config=LED, source="KIP-595", log_up_to_date=False,
)  # fmt: skip
MACHINE.bug(
    "observer_campaigns", "An observer stands for election", breaks="only_voters_campaign",
    config=Config(replicas=2, voters=1, records=0), source="KIP-853", voters_campaign=False,
)  # fmt: skip
MACHINE.bug(
    "commits_old_epochs", "Records of former epochs are committed by counting", breaks="leader_completeness",
    config=LED._replace(max_epoch=4, campaigners=frozenset({1, 3}), quiet=frozenset({1, 3})),
    source="Raft, section 5.4.2", commit_own_epoch=False,
)  # fmt: skip
MACHINE.bug(
    "follower_high_watermark_falls", "A follower takes a lower high watermark from a new leader",
    breaks="high_watermark_never_falls", config=LED, source="KIP-595", high_watermark_grows=False,
)  # fmt: skip
MACHINE.bug(
    "divergence_kept", "A follower keeps what its leader does not have", breaks="image_is_fold_of_log", config=LED,
    source="KIP-595", divergence_truncates=False,
)  # fmt: skip
