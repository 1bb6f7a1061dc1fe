"""What access rules mean."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.access_rules.state import (
    ANYONE,
    STAR,
    Config,
    Pattern,
    Request,
    Rule,
    State,
    applies,
    fits,
    meaning,
    names,
    patterns,
    requests,
    rule_principals,
)

A, B, AB = (3,), (4,), (3, 4)


def test_names_are_all_words_of_the_alphabet() -> None:
    assert names(Config(letters=2, length=1)) == [A, B]
    assert len(names(Config(letters=1, letters_before_star=1, length=2))) == 6
    assert len(patterns(Config())) == 13
    assert rule_principals(Config()) == [1]
    assert rule_principals(Config(principals=2)) == [ANYONE, 1, 2]
    assert len(list(requests(Config(principals=2, kinds_of_operation=3, length=1)))) == 8


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        (Pattern(A, "literal"), [A]),
        (Pattern(A, "prefixed"), [A, AB]),
        (Pattern(AB, "prefixed"), [AB]),
        (Pattern(STAR, "literal"), [A, B, AB]),
    ],
)
def test_a_pattern_matches_itself_what_it_begins_or_all(pattern: Pattern, matched: list[tuple[int, ...]]) -> None:
    assert [name for name in (A, B, AB) if fits(pattern, name)] == matched


def test_to_be_allowed_to_read_is_to_be_allowed_to_describe() -> None:
    describe = Request(1, "describe", A)
    allowed = Rule(Pattern(A, "literal"), 1, "read", "allow")
    assert applies(allowed, describe)
    assert not applies(allowed._replace(permission="deny"), describe)
    assert not applies(allowed._replace(principal=2), describe)
    assert applies(Rule(Pattern(A, "literal"), ANYONE, "all", "deny"), describe)


def test_deny_wins_and_the_default_is_for_names_without_rules() -> None:
    open_to_all = Config(allowed_by_default=True)
    read = Request(1, "read", A)
    allow = Rule(Pattern(A, "literal"), 1, "read", "allow")
    deny = Rule(Pattern(A, "prefixed"), 1, "read", "deny")
    assert meaning(open_to_all, State(frozenset()), read)
    assert not meaning(Config(), State(frozenset()), read)
    assert meaning(Config(), State(frozenset({allow})), read)
    assert not meaning(Config(), State(frozenset({allow, deny})), read)
    assert not meaning(open_to_all, State(frozenset({allow._replace(principal=2)})), read)
