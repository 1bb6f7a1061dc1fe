"""Bounds within which committed offsets are explored, and the bugs that break them."""

from __future__ import annotations

import nilometer_models.protocols.committed_offsets.properties  # noqa: F401  # registers what the bugs break
from nilometer_models.protocols.committed_offsets.model import MACHINE
from nilometer_models.protocols.committed_offsets.state import Config

ONE = Config(commits=1, generations=0, ticks=0)

MACHINE.bounded("one generation", Config(1, 1, 2), edges=True)
MACHINE.bounded("two generations", Config(2, 2, 2))
MACHINE.bounded("deletions and a transaction", Config(1, 1, 2, deletions=1, transactions=1, copies=1))
MACHINE.bounded("two topics", Config(2, 1, 1, topic_ids=2))
MACHINE.bounded("everything", Config(1, 2, 2, 1, 2, 1, 1, 1), nightly=True)

MACHINE.bug(
    "B091", "New member gets an older committed offset", breaks="fetch_answers_the_latest",
    config=ONE._replace(copies=1), source="kop #1289", fetch_reads_leader=False,
)  # fmt: skip
MACHINE.bug(
    "B092", "Commit metadata lost", breaks="metadata_comes_back", config=ONE,
    source="nisshi compat/librdkafka findings", metadata_is_stored=False,
)  # fmt: skip
MACHINE.bug(
    "B093", "Offsets expire while the group rebalances", breaks="nothing_vanishes_early",
    config=ONE._replace(generations=1, ticks=1), source="KAFKA-13636", expiry_spares_rebalancing=False,
)  # fmt: skip
MACHINE.bug(
    "B095", "Committed offset survives the topic", breaks="answers_are_of_this_topic",
    config=ONE._replace(topic_ids=2), source="KAFKA-19154, KIP-516", bound_to_topic_id=False,
)  # fmt: skip
MACHINE.bug(
    "expires_while_read", "Offsets of active groups expire", breaks="nothing_vanishes_early",
    config=ONE._replace(generations=1, ticks=1), source="KIP-211", expiry_spares_subscribed=False,
)  # fmt: skip
MACHINE.bug(
    "expires_by_commit", "Offsets of a group that has just become empty expire by the age of their commits",
    breaks="nothing_vanishes_early", config=Config(1, 1, 1), source="KIP-211", expiry_counts_from_emptiness=False,
)  # fmt: skip
MACHINE.bug(
    "expires_while_staged", "Offsets expire under a transaction that is about to replace them",
    breaks="nothing_vanishes_early", config=ONE._replace(ticks=1, transactions=1), expiry_spares_staged=False,
)  # fmt: skip
MACHINE.bug(
    "unfenced", "Commits are taken from anybody", breaks="commits_are_fenced", config=ONE._replace(generations=1),
    commit_checks_generation=False,
)  # fmt: skip
MACHINE.bug(
    "early_commit", "Commits are taken before the assignment has come", breaks="commits_are_fenced",
    config=ONE._replace(generations=1), commit_waits_for_assignment=False,
)  # fmt: skip
MACHINE.bug(
    "deleted_while_read", "OffsetDelete takes offsets of subscribed topics", breaks="deletion_spares_what_is_needed",
    config=ONE._replace(generations=1, deletions=1), source="KIP-496", deletion_spares_subscribed=False,
)  # fmt: skip
