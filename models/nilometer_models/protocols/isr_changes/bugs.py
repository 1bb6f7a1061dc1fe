"""Bounds within which changes of the ISR are explored, and the rules whose lack loses records or stops progress."""

from __future__ import annotations

from nilometer_models.protocols.isr_changes.model import MACHINE
from nilometer_models.protocols.isr_changes.state import Config

NO_RECORDS = Config(records=0, changes=1, fences=0, restarts=0)
ONE_RECORD = Config(changes=1, fences=0, restarts=0)
ONE_FENCE = Config(records=0, changes=1, restarts=0)
TWO_CHANGES = Config(fences=0, restarts=0)

MACHINE.bounded("one change, one fence", Config(changes=1, restarts=0), edges=True)
MACHINE.bounded("two replicas", Config())
MACHINE.bounded("three replicas, no records", Config(replicas=3, minimum=2, records=0, changes=1, restarts=0))
MACHINE.bounded("three replicas", Config(replicas=3, minimum=2, changes=1, restarts=0), nightly=True)
MACHINE.bounded("three replicas, two changes", Config(replicas=3, minimum=2, fences=0, restarts=0))

MACHINE.bug(
    "B009", "The high watermark waits for the committed ISR only, not for the replica that is being added",
    breaks="maximal_isr_covers_controller_isr", config=NO_RECORDS, source="KIP-497", added_count=False,
)  # fmt: skip
MACHINE.bug(
    "added_below_high_watermark", "… so that the controller's ISR gets a member that lacks committed records",
    breaks="high_watermark_within_controller_isr", config=ONE_RECORD._replace(records=2), source="KIP-497",
    added_count=False,
)  # fmt: skip
MACHINE.bug(
    "shrink_counts_at_once", "A replica no longer counts as soon as the leader wants to remove it",
    breaks="maximal_isr_covers_controller_isr", config=ONE_RECORD, source="KIP-497", removed_count=False,
)  # fmt: skip
MACHINE.bug(
    "B010", "The high watermark stands still after the controller has granted a shrink",
    breaks="high_watermark_moves_with_the_isr", config=ONE_RECORD, source="KAFKA-13091",
    answer_moves_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "B011", "A fenced or stopping replica re-enters the ISR", breaks="no_fenced_member", config=ONE_FENCE,
    source="KIP-841, KAFKA-13916", members_are_eligible=False,
)  # fmt: skip
MACHINE.bug(
    "B012", "A stale request admits a rebooted replica that has lost its log",
    breaks="high_watermark_within_controller_isr", config=ONE_RECORD._replace(restarts=1),
    source="KIP-903, KAFKA-14617", requests_name_broker_epochs=False,
)  # fmt: skip
MACHINE.bug(
    "two_requests", "The leader asks for a second change before it has an answer to the first",
    breaks="one_change_in_flight", config=Config(replicas=3, records=0, fences=0, restarts=0), source="KAFKA-12686",
    waits_for_answer=False,
)  # fmt: skip
MACHINE.bug(
    "grows_early", "A follower is added below the high watermark", breaks="high_watermark_within_controller_isr",
    config=ONE_RECORD._replace(records=2), expand_waits_for_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "silent_removal", "The controller removes a fenced broker without a new partition epoch",
    breaks="partition_epochs_grow", config=ONE_FENCE._replace(changes=0), removal_bumps_epoch=False,
)  # fmt: skip
MACHINE.bug(
    "old_metadata", "The leader goes back to metadata older than the answer that it has",
    breaks="partition_epochs_grow", config=TWO_CHANGES, metadata_applies="any",
)  # fmt: skip
MACHINE.bug(
    "below_the_minimum", "The high watermark moves while the ISR is below min.insync.replicas",
    breaks="high_watermark_waits_for_the_minimum", config=ONE_FENCE._replace(minimum=2, records=1, changes=0),
    source="KIP-966", minimum_holds_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "metadata_waits_for_the_answer", "Metadata is ignored while a change is in flight, and the answer was `stale`",
    breaks="a_change_is_resolved", config=ONE_FENCE._replace(records=1), metadata_settles_change=False,
)  # fmt: skip
MACHINE.bug(
    "known_metadata", "Metadata that says nothing new makes the leader forget the change in flight",
    breaks="maximal_isr_covers_controller_isr", config=TWO_CHANGES, source="Partition.makeLeader, see README.md",
    metadata_applies="same_or_newer",
)  # fmt: skip
MACHINE.bug(
    "known_metadata_loses", "… so that a record is committed that a member of the controller's ISR lacks",
    breaks="high_watermark_within_controller_isr",
    config=Config(replicas=3, minimum=2, fences=0, restarts=0), source="Partition.makeLeader, see README.md",
    metadata_applies="same_or_newer",
)  # fmt: skip
