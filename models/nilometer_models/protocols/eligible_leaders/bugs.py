"""Bounds within which eligible leaders are explored, and the rules whose lack loses records or leaders."""

from __future__ import annotations

from nilometer_models.protocols.eligible_leaders.model import MACHINE
from nilometer_models.protocols.eligible_leaders.state import Config

ONE_BROKER = Config(replicas=1, minimum=1)
ONE_CRASH = Config(replicas=2, stops=0, fences=0)
ONE_FENCE = Config(replicas=2, records=0, stops=0, crashes=0)

MACHINE.bounded("one broker", ONE_BROKER, edges=True)
MACHINE.bounded("two replicas, minimum 1", Config(replicas=2, minimum=1))
MACHINE.bounded("two replicas, minimum 2", Config(replicas=2), edges=True)
MACHINE.bounded("three replicas, one crash", Config(stops=0))
MACHINE.bounded("three replicas", Config())
MACHINE.bounded("three replicas, two fences", Config(fences=2), nightly=True)

MACHINE.bug(
    "B013", "Last replica standing: the only member of the ISR comes back without its records and is elected",
    breaks="committed_survives", config=ONE_CRASH._replace(fences=1), source="KIP-966", elr_enabled=False,
)  # fmt: skip
MACHINE.bug(
    "below_the_minimum", "The high watermark moves while the ISR is below the minimum", breaks="committed_survives",
    config=ONE_CRASH, source="KIP-966", minimum_holds_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "B014", "A broker that restarts uncleanly keeps its place in the ELR", breaks="electable_has_committed",
    config=ONE_CRASH, source="KAFKA-18635", unclean_stop_detected=False,
)  # fmt: skip
MACHINE.bug(
    "B026", "A broker that registers again without a restart gets a new broker epoch",
    breaks="epochs_rise_with_restarts", config=ONE_BROKER._replace(records=0, stops=0, crashes=0, fences=0),
    source="KAFKA-16952, KIP-858", restarts_bump_epoch_only=False,
)  # fmt: skip
MACHINE.bug(
    "listed_twice", "A member of the ISR stays listed in the ELR", breaks="isr_elr_disjoint", config=ONE_FENCE,
    elr_without_isr=False,
)  # fmt: skip
MACHINE.bug(
    "elr_never_cleared", "The ELR is kept although the ISR reaches the minimum", breaks="elr_only_below_minimum",
    config=ONE_FENCE._replace(minimum=1), elr_cleared_at_minimum=False,
)  # fmt: skip
MACHINE.bug(
    "fenced_leader", "A fenced broker is elected", breaks="leader_unfenced",
    config=ONE_BROKER._replace(records=0, stops=0, crashes=0), leaders_are_active=False,
)  # fmt: skip
MACHINE.bug(
    "nobody_returns", "With ISR and ELR empty nobody is ever elected", breaks="somebody_leads",
    config=ONE_BROKER._replace(records=0, stops=0, fences=0), source="KIP-966", last_known_leader_returns=False,
)  # fmt: skip
MACHINE.bug(
    "unclean_election", "Anybody who is there leads", breaks="committed_survives",
    config=Config(stops=0, crashes=0, fences=2), unclean_election=True,
)  # fmt: skip
