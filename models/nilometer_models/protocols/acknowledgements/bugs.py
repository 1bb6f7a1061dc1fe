"""Bounds within which acknowledgements are explored, and the rules whose lack makes them worthless."""

from __future__ import annotations

from nilometer_models.protocols.acknowledgements.model import MACHINE
from nilometer_models.protocols.acknowledgements.state import Config

NO_CHECKS = {"minimum_checked_before": False, "minimum_checked_after": False, "minimum_holds_high_watermark": False}
ONE_EPOCH = Config(replicas=2, max_epoch=0)
ONE_ELECTION = Config(replicas=2)
ONE_LOSS = Config(replicas=2, losses=1)

MACHINE.bounded("two replicas, one loss", ONE_LOSS, edges=True)
MACHINE.bounded("minimum 1", Config(replicas=2, minimum=1, losses=1))
MACHINE.bounded("two records", Config(replicas=2, minimum=1, records=2, max_epoch=2))
MACHINE.bounded("three replicas", Config(losses=1))
MACHINE.bounded("three replicas, two records", Config(records=2, losses=1), nightly=True)

MACHINE.bug(
    "B019", "acks=all is acknowledged by the leader alone, whatever min.insync.replicas says",
    breaks="nothing_is_acked_below_the_minimum", config=ONE_EPOCH, source="Jepsen: Kafka (2013)", **NO_CHECKS,
)  # fmt: skip
MACHINE.bug(
    "acked_and_lost", "… and what was acknowledged is gone after one loss", breaks="acked_not_lost",
    config=ONE_LOSS._replace(max_epoch=2), source="Jepsen: Kafka (2013)", **NO_CHECKS,
)  # fmt: skip
MACHINE.bug(
    "minimum_of_the_assigned", "The minimum counts assigned replicas, in sync or not", breaks="acked_is_committed",
    config=ONE_EPOCH, minimum_counts_isr=False,
)  # fmt: skip
MACHINE.bug(
    "checked_only_before", "The minimum is checked before the append only", config=ONE_LOSS._replace(max_epoch=0),
    breaks="nothing_is_acked_below_the_minimum", minimum_checked_after=False,
)  # fmt: skip
MACHINE.bug(
    "checked_only_after", "The minimum is checked after the append only", config=ONE_ELECTION,
    breaks="nothing_is_appended_below_the_minimum", minimum_checked_before=False,
)  # fmt: skip
MACHINE.bug(
    "all_means_leader", "acks=all is acknowledged after the leader's append", breaks="acked_not_lost",
    config=ONE_ELECTION, all_waits_for_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "refused_and_written", "What is refused is written all the same", breaks="refused_is_absent", config=ONE_ELECTION,
    refused_is_not_appended=False,
)  # fmt: skip
MACHINE.bug(
    "unclean_election", "A leader is elected that may have lost records", breaks="acked_is_committed", config=ONE_LOSS,
    clean_election=False,
)  # fmt: skip
MACHINE.bug(
    "waits_through_deposition", "A request that waits at a deposed leader is answered when it leads again",
    breaks="acked_not_lost", config=Config(replicas=2, minimum=1, records=2, max_epoch=2), deposed_leader_tells=False,
)  # fmt: skip
