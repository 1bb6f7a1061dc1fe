"""Bounds within which blocks of producer ids are explored, and the bugs that break them."""

from __future__ import annotations

from nilometer_models.protocols.producer_ids.model import MACHINE
from nilometer_models.protocols.producer_ids.state import Config

MACHINE.bounded("one broker", Config(brokers=1, blocks=2), edges=True)
MACHINE.bounded("two brokers, no faults", Config(blocks=2, repeats=0, restarts=0, elections=0), edges=True)
MACHINE.bounded("two brokers", Config(blocks=2))
MACHINE.bounded("three blocks", Config(), nightly=True)

ALONE = Config(brokers=1, blocks=2, restarts=0, elections=0)
QUIET = Config(blocks=2, repeats=0, restarts=0, elections=0)

MACHINE.bug(
    "B035", "Overlapping producer id blocks", breaks="producer_ids_unique", config=ALONE._replace(block_size=1),
    source="KAFKA-20031", block_begins="at_last",
)  # fmt: skip
MACHINE.bug(
    "block_unchecked", "A broker takes any block, also one that it has used", breaks="producer_ids_unique",
    config=ALONE, block_begins="anywhere",
)  # fmt: skip
MACHINE.bug(
    "overlapping_blocks", "The controller's blocks overlap", breaks="producer_ids_unique", config=QUIET,
    blocks_disjoint=False,
)  # fmt: skip
MACHINE.bug(
    "answered_before_persisted", "The controller answers before its log has the next id",
    breaks="producer_ids_unique", config=QUIET._replace(elections=1), persisted_before_answer=False,
)  # fmt: skip
MACHINE.bug(
    "given_before_persisted", "An id is given that the log of the controllers does not know",
    breaks="ids_come_from_the_log", config=QUIET._replace(brokers=1, blocks=1), persisted_before_answer=False,
)  # fmt: skip
MACHINE.bug(
    "log_lost", "A new controller begins with an empty log", breaks="next_id_never_falls",
    config=QUIET._replace(brokers=1, blocks=1, elections=1), log_survives=False,
)  # fmt: skip
MACHINE.bug(
    "block_used_again", "A broker that restarts uses its block from the beginning", breaks="producer_ids_unique",
    config=QUIET._replace(brokers=1, blocks=1, restarts=1), restart_asks_anew=False,
)  # fmt: skip
