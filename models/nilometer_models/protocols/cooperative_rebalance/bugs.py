"""Bounds within which cooperative rebalancing is explored, and the bugs that break it."""

from __future__ import annotations

from nilometer_models.protocols.cooperative_rebalance.model import MACHINE
from nilometer_models.protocols.cooperative_rebalance.state import Config

TWO = Config(consumers=2, partitions=1, generations=2)
MOVED = Config(consumers=2, partitions=1, generations=3)

MACHINE.bounded("two consumers", Config(2, 1, 3), edges=True)
MACHINE.bounded("two consumers, an old one and an expiry", Config(2, 1, 3, 1, 1), edges=True)
MACHINE.bounded("two partitions, an old consumer", Config(2, 2, 4, 0, 1))
MACHINE.bounded("two consumers, two partitions", Config(2, 2, 3, 1, 0))
MACHINE.bounded("three consumers", Config(3, 1, 3, 0, 0))
MACHINE.bounded("three consumers, an old one and an expiry", Config(3, 1, 3, 1, 1), nightly=True)

MACHINE.bug(
    "B081", "Assignor trusts owned partitions of an old generation", breaks="single_owner",
    config=MOVED._replace(old_clients=1), source="KAFKA-12984, KIP-792", claims_are_dated=False,
)  # fmt: skip
MACHINE.bug(
    "kept_twice", "The same, as the group sees it: two members are assigned what both claim", breaks="assigned_once",
    config=MOVED._replace(old_clients=1), source="KAFKA-12984", claims_are_dated=False,
)  # fmt: skip
MACHINE.bug(
    "silent_owners", "Members do not say what they own", breaks="single_owner", config=TWO, source="KIP-429",
    owned_partitions_travel=False,
)  # fmt: skip
MACHINE.bug(
    "moved_at_once", "A partition is given to its next owner in the generation in which it is taken away",
    breaks="nothing_moves_unrevoked", config=TWO, source="KIP-429", moves_wait_for_revocation=False,
)  # fmt: skip
MACHINE.bug(
    "eager_revocation", "Members give everything up when they join again", breaks="joining_interrupts_nothing",
    config=TWO, source="KIP-429", joining_keeps_owned=False,
)  # fmt: skip
MACHINE.bug(
    "nobody_is_called", "A member that gave a partition up does not join again",
    breaks="every_partition_comes_to_be_owned", config=MOVED, source="KIP-429", revoking_joins_again=False,
)  # fmt: skip
MACHINE.bug(
    "equal_claims", "Two members that claim a partition as of one generation both keep it", breaks="assigned_once",
    config=Config(2, 2, 4, 0, 1), source="KAFKA-14639", equal_claims_cancel=False,
)  # fmt: skip
