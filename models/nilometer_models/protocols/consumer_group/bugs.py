"""Bounds within which the consumer group is explored, and the bugs that break it."""

from __future__ import annotations

import nilometer_models.protocols.consumer_group.properties  # noqa: F401  # registers what the bugs break
from nilometer_models.protocols.consumer_group.model import MACHINE
from nilometer_models.protocols.consumer_group.state import Config, Rules

ONE = Config(members=1, group_epochs=2)
TWO = Config(members=2, group_epochs=2)
LATE = Rules(target_is_computed_first=False)
"""Kafka with its default of `consumer.assignment.interval.ms`."""

MACHINE.bounded("one member, every fault", Config(1, 1, 3, 0, 1, 1, 1, 1), edges=True)
MACHINE.bounded("two members", Config(2, 1, 3), edges=True)
MACHINE.bounded("two members, lost answers", Config(2, 1, 2, lost=2))
MACHINE.bounded("two members, an expiry", Config(2, 1, 3, expiries=1))
MACHINE.bounded("two members, a commit", Config(2, 1, 2, lost=1, commits=1))
MACHINE.bounded("two partitions, a change", Config(2, 2, 3, changes=1), nightly=True)
MACHINE.bounded("two members, late targets", Config(2, 1, 3, rules=LATE), edges=True)
MACHINE.bounded("a static member and its successor", Config(2, 1, 3, static=2, expiries=1, lost=1), edges=True)
MACHINE.bounded("two members, every fault", Config(2, 1, 3, 0, 1, 1, 1, 0), nightly=True)
MACHINE.bounded("a static member, its successor, another member", Config(3, 1, 3, static=2))
MACHINE.bounded("late targets, an expiry", Config(2, 1, 3, expiries=1, rules=LATE), nightly=True)

MACHINE.bug(
    "B079", "New owner before the old one has let go", breaks="single_owner", config=TWO,
    source="crabka #521, KIP-848", waits_for_release=False,
)  # fmt: skip
MACHINE.bug(
    "granted_early", "The same, as the coordinator sees it", breaks="not_granted_before_released", config=TWO,
    source="KIP-848", waits_for_release=False,
)  # fmt: skip
MACHINE.bug(
    "B080", "Fenced member cannot rejoin with epoch 0", breaks="members_converge_to_target",
    config=Config(1, 1, 3, changes=2, lost=2), source="KAFKA-19233, KIP-848", epoch_zero_rejoins=False,
)  # fmt: skip
MACHINE.bug(
    "B083", "One partition, two members, same epoch", breaks="owner_unique_per_epoch",
    config=Config(2, 2, 3, changes=1), source="KAFKA-19974", epoch_waits_for_revocation=False,
)  # fmt: skip
MACHINE.bug(
    "unreported_grant", "A full request does not name what is being taken over: the coordinator gives it away",
    breaks="single_owner", config=TWO._replace(lost=1), source="AbstractMembershipManager of Kafka 4",
    grant_counts_as_owned=False,
)  # fmt: skip
MACHINE.bug(
    "owned_and_free", "The same with one member: it owns what counts as free", breaks="owned_is_held",
    config=ONE._replace(changes=1, lost=1), grant_counts_as_owned=False,
)  # fmt: skip
MACHINE.bug(
    "untold_assignment", "A lost answer is not told again", breaks="members_converge_to_target",
    config=ONE._replace(changes=1, lost=1), full_request_after_loss=False,
)  # fmt: skip
MACHINE.bug(
    "counting_anew", "An empty group counts its epochs from 0", breaks="epochs_grow", config=ONE,
    epochs_survive_empty=False,
)  # fmt: skip
MACHINE.bug(
    "ahead_of_target", "A member moves to an epoch that has no target", breaks="member_epoch_at_most_group_epoch",
    config=ONE._replace(group_epochs=1), moves_to_target_epoch=False,
)  # fmt: skip
MACHINE.bug(
    "blind_assignor", "The assignor does not look at subscriptions", breaks="target_within_subscriptions",
    config=ONE._replace(changes=1), assignor_sees_subscriptions=False,
)  # fmt: skip
MACHINE.bug(
    "stale_commit", "Commits of any epoch are taken", breaks="stale_commit_has_no_effect",
    config=TWO._replace(commits=1), commit_checks_epoch=False,
)  # fmt: skip
MACHINE.bug(
    "taken_over_alive", "The instance id of a living member is taken over", breaks="live_instances_are_kept",
    config=ONE._replace(members=2, group_epochs=1, static=2), source="KIP-848", instance_must_be_released=False,
)  # fmt: skip
MACHINE.bug(
    "epoch_again", "A member comes back in the epoch in which it left, as the target is late: its old commit counts",
    breaks="stale_commit_has_no_effect", config=Config(1, 1, 3, commits=1),
    source="consumer.assignment.interval.ms of Kafka 4", target_is_computed_first=False,
)  # fmt: skip
