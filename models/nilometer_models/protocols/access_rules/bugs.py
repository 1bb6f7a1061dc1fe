"""Bounds within which access rules are explored, and the bugs that break them."""

from __future__ import annotations

from nilometer_models.protocols.access_rules.model import MACHINE
from nilometer_models.protocols.access_rules.state import Config, Rules

EVERYBODY = Config(letters=1, length=1, kinds_of_operation=3, principals=2)

MACHINE.bounded("two rules", Config(), edges=True)
MACHINE.bounded("two rules, range", Config(rules=Rules(look_up="inclusive_range")))
MACHINE.bounded("three rules", Config(size=3), nightly=True)
MACHINE.bounded("letters before the wildcard", Config(letters=1, letters_before_star=1))
MACHINE.bounded("principals and operations", EVERYBODY)
MACHINE.bounded("allowed by default", EVERYBODY._replace(allowed_by_default=True))
MACHINE.bounded("longer names", Config(length=3), nightly=True)

ONE = Config(letters=1, length=1, size=1)

MACHINE.bug(
    "B099", "Prefixed rule of one character never matches", breaks="decisions_are_the_meaning", config=ONE,
    source="KAFKA-7702; KIP-290", look_up="exclusive_range",
)  # fmt: skip
MACHINE.bug(
    "one_letter_unfound", "A prefix of one letter is out of the range", breaks="matching_patterns_are_found",
    config=ONE, source="KAFKA-7702", look_up="exclusive_range",
)  # fmt: skip
MACHINE.bug(
    "walk_stops", "The walk stops at a name that is no prefix", breaks="allow_gives_and_deny_takes",
    config=Config(), look_up="stopping",
)  # fmt: skip
MACHINE.bug(
    "wildcard_walk", "After the wildcard, the walk comes back to it for ever", breaks="look_ups_end",
    config=Config(letters=1, letters_before_star=1, size=1), source="StandardAuthorizerData",
    wildcard_walk="goes_on",
)  # fmt: skip
MACHINE.bug(
    "literal_as_prefix", "A literal pattern matches longer names", breaks="decisions_are_the_meaning",
    config=ONE._replace(length=2), literal_is_whole=False,
)  # fmt: skip
MACHINE.bug(
    "allow_wins", "A rule that allows beats one that denies", breaks="decisions_are_the_meaning",
    config=ONE._replace(size=2), precedence="allow",
)  # fmt: skip
MACHINE.bug(
    "describe_forgotten", "Who may read may not describe", breaks="decisions_are_the_meaning",
    config=ONE._replace(kinds_of_operation=2), allow_implies=False,
)  # fmt: skip
MACHINE.bug(
    "describe_denied", "Who is denied to read is denied to describe", breaks="decisions_are_the_meaning",
    config=ONE._replace(kinds_of_operation=2, size=2), deny_implies=True,
)  # fmt: skip
MACHINE.bug(
    "default_in_spite_of_rules", "A name with rules for others is open to all", breaks="decisions_are_the_meaning",
    config=ONE._replace(principals=2, allowed_by_default=True), default="without_match",
)  # fmt: skip
