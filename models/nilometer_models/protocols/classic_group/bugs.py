"""Bounds within which the classic group is explored, and the bugs that break it."""

from __future__ import annotations

import nilometer_models.protocols.classic_group.properties  # noqa: F401  # registers what the bugs break
from nilometer_models.protocols.classic_group.model import MACHINE
from nilometer_models.protocols.classic_group.state import Config

TWO = Config(dynamic=2, generations=2, member_ids=2)
RESTARTED = Config(dynamic=0, static=2, instances=1, generations=2, member_ids=2)
"""Two processes of one instance id: the second is the first one started again."""

MACHINE.bounded(
    "one member, every fault", Config(1, member_ids=2, records=1, lost=1, reloads=1, expiries=1), edges=True
)
MACHINE.bounded("two members", Config(2, partitions=2, member_ids=2))
MACHINE.bounded("two members, an expiry", Config(2, member_ids=3, expiries=1))
MACHINE.bounded("two members, a reload", Config(2, member_ids=2, reloads=1))
MACHINE.bounded("a static member and its successor", RESTARTED._replace(member_ids=3, expiries=1, lost=1), edges=True)
MACHINE.bounded("two static members", Config(0, 2, 2, partitions=2, member_ids=2, expiries=1))
MACHINE.bounded("two static members and a successor", Config(0, 3, 2, member_ids=3))
MACHINE.bounded("a dynamic and a static member and its successor", Config(1, 2, 1, 2, generations=1, member_ids=3))
MACHINE.bounded("two static members, every fault", Config(0, 2, 2, 2, 0, 2, 3, 1, 1, 1), nightly=True)
MACHINE.bounded("two members, three generations", Config(2, 0, 0, 1, 0, 3, 3, 1, 0, 1), nightly=True)

MACHINE.bug(
    "B077", "Rejoining static member keeps the old member id", breaks="single_owner", config=RESTARTED,
    source="KAFKA-8500, KIP-345", replaces_static_in_every_state=False,
)  # fmt: skip
MACHINE.bug(
    "two_processes_one_member", "The same, as the two processes see it", breaks="member_has_one_process",
    config=RESTARTED, source="KAFKA-8500", replaces_static_in_every_state=False,
)  # fmt: skip
MACHINE.bug(
    "B078", "Static rejoin while the assignment is awaited", breaks="all_assigned_when_stable",
    config=RESTARTED._replace(generations=1), source="KAFKA-9801", static_return_rebalances_while_completing=False,
)  # fmt: skip
MACHINE.bug(
    "B082", "Records delivered while the revocation commit is under way", breaks="revoked_means_committed",
    config=Config(dynamic=1, member_ids=1, records=1), source="KAFKA-14196", delivery_stops_at_revocation=False,
)  # fmt: skip
MACHINE.bug(
    "B085", "UNKNOWN_MEMBER_ID during overlapping rebalances", breaks="joining_keeps_membership", config=TWO,
    source="nisshi compat/franz-go findings", completion_keeps_last_joiner=False,
)  # fmt: skip
MACHINE.bug(
    "old_id_stays", "The former member id of an instance stays a member", breaks="instance_maps_one_member",
    config=RESTARTED._replace(generations=1), source="KIP-345", replacement_retires_old_id=False,
)  # fmt: skip
MACHINE.bug(
    "replacement_unwritten", "A new member id of an instance is not written to the log", breaks="state_is_fold_of_log",
    config=RESTARTED._replace(generations=1), source="KIP-345", replacement_is_written=False,
)  # fmt: skip
MACHINE.bug(
    "ids_count_at_once", "A JoinGroup whose answer is lost leaves a member that nobody is",
    breaks="no_phantom_members", config=Config(dynamic=1, generations=1, member_ids=2, lost=1), source="KIP-394",
    requires_known_member_id=False,
)  # fmt: skip
MACHINE.bug(
    "stale_commit", "Commits of former generations are taken", breaks="stale_commit_has_no_effect", config=TWO,
    commit_checks_generation=False,
)  # fmt: skip
MACHINE.bug(
    "counting_anew", "An empty group counts its generations from 0", breaks="generations_grow",
    config=Config(dynamic=1, member_ids=1), generation_survives_empty=False,
)  # fmt: skip
MACHINE.bug(
    "early_assignment", "An assignment is taken while the next rebalance is under way", breaks="transitions_are_legal",
    config=TWO, sync_only_while_completing=False,
)  # fmt: skip
MACHINE.bug(
    "retry_is_ignored", "A JoinGroup that is sent again is taken for a duplicate, and not answered",
    breaks="group_becomes_stable", config=Config(dynamic=1, member_ids=2, lost=1), retry_replaces_parked_join=False,
)  # fmt: skip
