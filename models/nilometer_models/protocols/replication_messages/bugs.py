"""Bounds within which replication by messages is explored, and the rules whose lack loses or shows records."""

from __future__ import annotations

from nilometer_models.protocols.replication_messages import properties  # noqa: F401  # what bugs break
from nilometer_models.protocols.replication_messages.model import MACHINE
from nilometer_models.protocols.replication_messages.state import Config

ONE_EPOCH = Config(records=1, max_epoch=0)
TWO_RECORDS = Config()
TWO_SLOTS = Config(log_size=2, max_epoch=2)

MACHINE.bounded("two records", TWO_RECORDS, edges=True)
MACHINE.bounded("three epochs", TWO_SLOTS)
MACHINE.bounded("a reader", Config(shrinks=1, readers=True))
MACHINE.bounded("a restart", Config(log_size=2, restarts=1))
MACHINE.bounded("a deletion", Config(log_size=2, shrinks=1, deletions=1))
MACHINE.bounded("three replicas", Config(replicas=3), nightly=True)

MACHINE.bug(
    "B006", "A fetch that shows that the logs diverge counts for the high watermark", breaks="committed_within_isr",
    config=TWO_RECORDS, source="KAFKA-13141", diverging_fetch_not_counted=False,
)  # fmt: skip
MACHINE.bug(
    "B007", "A follower raises its high watermark before it cuts its log", breaks="reads_are_repeatable",
    config=TWO_RECORDS._replace(shrinks=1, readers=True), source="KAFKA-14704", truncates_before_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "B008", "A read takes in what is appended meanwhile", breaks="only_committed_is_shown",
    config=ONE_EPOCH._replace(readers=True), source="KAFKA-9835", reads_stop_at_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "B015", "Epoch 0 is lost when the epochs are read from the log", breaks="epochs_are_remembered",
    config=ONE_EPOCH._replace(replicas=1, restarts=1), source="KAFKA-10432", recovery_keeps_epoch_zero=False,
)  # fmt: skip
MACHINE.bug(
    "B016", "Retention deletes beyond the high watermark", breaks="log_start_within_high_watermark",
    config=ONE_EPOCH._replace(deletions=1), source="KAFKA-5634", deletion_waits_for_high_watermark=False,
)  # fmt: skip
MACHINE.bug(
    "B017", "The leader sends a reader to a replica outside the ISR", breaks="readers_go_into_the_isr",
    config=ONE_EPOCH._replace(shrinks=1, readers=True), source="KAFKA-14372, KIP-392", readers_sent_into_isr=False,
)  # fmt: skip
MACHINE.bug(
    "B020", "After a fail-over the end of the log goes back", breaks="the_end_never_goes_back",
    config=TWO_RECORDS._replace(records=1, readers=True), source="KIP-207", end_waits_for_epoch_start=False,
)  # fmt: skip
MACHINE.bug(
    "late_answer", "A follower takes an answer to a question of an earlier epoch", breaks="log_matching",
    config=TWO_SLOTS, answers_fit_the_log=False,
)  # fmt: skip
MACHINE.bug(
    "forgotten_epoch", "A follower names the epoch of its last record, not one in which it led and wrote nothing",
    breaks="epochs_are_remembered", config=TWO_SLOTS, fetches_name_the_cached_epoch=False,
)  # fmt: skip
