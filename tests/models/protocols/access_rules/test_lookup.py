"""Looking rules up in their order finds what comparing all of them finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.access_rules.lookup import agreement, decision, look_up, says
from nilometer_models.protocols.access_rules.state import (
    STAR,
    Config,
    Pattern,
    Request,
    Rule,
    Rules,
    State,
    applies,
    fits,
    meaning,
)

NAME = st.lists(st.sampled_from([1, 3, 4]), min_size=1, max_size=5).map(tuple)
PATTERN = st.builds(Pattern, NAME, st.sampled_from(["literal", "prefixed"])) | st.just(Pattern(STAR, "literal"))
RULE = st.builds(
    Rule, PATTERN, st.integers(0, 2), st.sampled_from(["read", "describe", "all"]), st.sampled_from(["allow", "deny"])
)
RULES = st.frozensets(RULE, max_size=8).map(State)
REQUEST = st.builds(Request, st.integers(1, 2), st.sampled_from(["read", "describe"]), NAME)


@pytest.mark.parametrize("how", ["jumping", "inclusive_range"])
@given(RULES, REQUEST, st.booleans())
def test_decisions_are_the_meaning_of_any_rules(how: str, state: State, request_: Request, default: bool) -> None:
    c = Config(allowed_by_default=default, rules=Rules(look_up=how))
    assert decision(c, state, request_) == meaning(c, state, request_)
    found = look_up(c, state, request_.name)
    assert found.ends
    assert found.patterns == {rule.pattern for rule in state.rules if fits(rule.pattern, request_.name)}
    assert all(says(c, rule, request_) == applies(rule, request_) for rule in state.rules)


def rules_for(*patterns: Pattern) -> State:
    return State(frozenset(Rule(pattern, 1, "read", "allow") for pattern in patterns))


def test_the_walk_jumps_over_names_that_are_no_prefixes() -> None:
    prefix, between = Pattern((3,), "prefixed"), Pattern((3, 3), "literal")
    known = rules_for(prefix, between)
    assert look_up(Config(), known, (3, 4)).patterns == {prefix}
    assert look_up(Config(rules=Rules(look_up="stopping")), known, (3, 4)).patterns == frozenset()


def test_a_range_without_its_end_misses_prefixes_of_one_letter() -> None:
    """KAFKA-7702."""
    known = rules_for(Pattern((3,), "prefixed"), Pattern((3, 4), "prefixed"))
    missed = look_up(Config(rules=Rules(look_up="exclusive_range")), known, (3, 4))
    assert missed.patterns == {Pattern((3, 4), "prefixed")}


@pytest.mark.parametrize(("other", "ends"), [((1, 1), False), ((1, 3), False), ((1,), True), ((3, 1), True)])
def test_a_walk_that_passes_the_wildcard_may_come_back_to_it(other: tuple[int, ...], ends: bool) -> None:
    c = Config(rules=Rules(wildcard_walk="goes_on"))
    assert look_up(c, rules_for(Pattern(other, "literal")), (1, 4)).ends is ends
    assert look_up(Config(), rules_for(Pattern(other, "literal")), (1, 4)).ends


def test_names_agree_up_to_their_first_difference() -> None:
    assert [agreement((3, 4), other) for other in ((4,), (3,), (3, 3), (3, 4, 3))] == [0, 1, 1, 2]
