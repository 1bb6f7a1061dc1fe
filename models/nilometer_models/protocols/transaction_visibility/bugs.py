"""Bounds within which visibility is explored, and the bugs that break it."""

from __future__ import annotations

from nilometer_models.protocols.transaction_visibility.model import MACHINE
from nilometer_models.protocols.transaction_visibility.state import Config

ONE = Config(producers=1, slots=2, failovers=0)
MACHINE.bounded("one producer", Config(producers=1, slots=4), edges=True)
MACHINE.bounded("two producers", Config(producers=2, slots=4, failovers=0))
MACHINE.bounded("two producers, an election", Config(producers=2, slots=4), nightly=True)
MACHINE.bounded("two producers, five slots", Config(producers=2, slots=5), nightly=True)
MACHINE.bounded("three transactions", Config(producers=1, slots=6, failovers=0), nightly=True)

MACHINE.bug(
    "B046", "The last stable offset is used as an inclusive bound", breaks="read_committed_view", config=ONE,
    source="redpanda #3036", stable_is_exclusive=False,
)  # fmt: skip
MACHINE.bug(
    "B047", "A new leader serves readers before it has read its log", breaks="read_committed_view",
    config=Config(producers=1, slots=2), source="redpanda #10671", served_after_replay=False,
)  # fmt: skip
MACHINE.bug(
    "B050", "The range of an aborted transaction begins with an earlier record of its producer",
    breaks="read_committed_view", config=Config(producers=1, slots=4, failovers=0), source="redpanda #7081",
    first_offset_exact=False,
)  # fmt: skip
MACHINE.bug(
    "B052", "Answers do not list aborted transactions", breaks="read_committed_view", config=ONE,
    source="nisshi compat/franz-go", aborted_listed=False,
)  # fmt: skip
MACHINE.bug(
    "B053", "The reader forgets a producer at its first marker", breaks="read_committed_view",
    config=Config(producers=1, slots=4, failovers=0), source="brod #659", filter_by_offset=False,
)  # fmt: skip
MACHINE.bug(
    "B064", "A query by time ignores the isolation level", breaks="queries_are_stable", config=ONE,
    source="KAFKA-5522, redpanda #3161", query_isolated=False,
)  # fmt: skip
MACHINE.bug(
    "marker_not_replicated", "A transaction is stable as soon as its marker is in the leader's log",
    breaks="reads_are_stable", config=ONE, waits_for_replicated_marker=False,
)  # fmt: skip
MACHINE.bug(
    "early_stable_offset", "The last stable offset passes a transaction whose marker may still get lost",
    breaks="last_stable_offset_exact", config=ONE, waits_for_replicated_marker=False,
)  # fmt: skip
MACHINE.bug(
    "never_forgotten", "A transaction stays unstable when its marker is replicated", breaks="all_becomes_stable",
    config=ONE, replicated_is_forgotten=False,
)  # fmt: skip
MACHINE.bug(
    "stable_beyond_watermark", "Without transactions the last stable offset is the end of the log",
    breaks="last_stable_within_high_watermark", config=ONE, bounded_by_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "commits_in_index", "Committed transactions are in the index of aborted ones", breaks="aborted_list_exact",
    config=ONE, only_aborts_indexed=False,
)  # fmt: skip
MACHINE.bug(
    "unclean_election", "A replica leads that does not have everything below the high watermark",
    breaks="last_stable_offset_never_falls", config=Config(producers=1, slots=2), clean_election=False,
)  # fmt: skip
