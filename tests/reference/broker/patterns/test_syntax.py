import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.patterns.pattern import Pattern
from nilometer_reference.broker.patterns.syntax import DEPTH_MAX, parse
from nilometer_reference.broker.patterns.tree import Chain, Edge, Either, OneOf, Repeat
from nilometer_reference.wire.errors import ErrorCode, KafkaError

A = OneOf(((97, 97),))
B = OneOf(((98, 98),))


@pytest.mark.parametrize(
    ("pattern", "tree"),
    [
        ("a", A),
        ("", Chain(())),
        ("ab", Chain((A, B))),
        ("a|b|", Either((A, B, Chain(())))),
        ("ab*", Chain((A, Repeat(B, 0, None)))),
        ("(ab)+?", Repeat(Chain((A, B)), 1, None)),
        ("a{3}", Repeat(A, 3, 3)),
        ("a{3,}", Repeat(A, 3, None)),
        ("a{3,5}", Repeat(A, 3, 5)),
        ("\\Qab\\E*", Chain((A, Repeat(B, 0, None)))),
        ("a(?i)*", Repeat(A, 0, None)),
        ("^$", Chain((Edge.TEXT_START, Edge.TEXT_END))),
        ("(?m)^$", Chain((Edge.LINE_START, Edge.LINE_END))),
        ("(?m:^)$", Chain((Edge.LINE_START, Edge.TEXT_END))),
        ("(?i:a)a", Chain((OneOf(((97, 97),), any_case=True), A))),
        ("(?i)a(?-i)a", Chain((OneOf(((97, 97),), any_case=True), A))),
        ("(?P<name_1>a)(?<x>b)", Chain((A, B))),
        ("[ab-]", OneOf(((97, 97), (98, 98), (45, 45)))),
        ("[]a]", OneOf(((93, 93), (97, 97)))),
        ("[\\d_]", OneOf(((48, 57), (95, 95)))),
        ("\\x61\\x{62}", Chain((A, B))),
        ("\\141", A),
    ],
)
def test_a_pattern_becomes_its_tree(pattern: str, tree: object) -> None:
    assert parse(pattern) == tree


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{", "{"),
        ("a{,2}", "a{,2}"),
        ("a{b}", "a{b}"),
        ("\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\", ".*+?()[]{}|^$\\"),
        ("\\Qa*b", "a*b"),
        ("\\t\\n\\r\\f\\v\\a\\0", "\t\n\r\f\v\a\0"),
        ("[[:alpha:]][[:^alpha:]]", "z9"),
        ("[^\\w]", "-"),
        ("(?i)[b]", "B"),
        ("(?i)\u00e9", "\u00c9"),
        ("\\\u00e9", "\u00e9"),
        ("(?s).", "\n"),
        ("(?U)a*", "aa"),
    ],
)
def test_what_a_pattern_says_is_what_it_matches(pattern: str, text: str) -> None:
    assert Pattern(pattern).matches(text)


@pytest.mark.parametrize(("pattern", "text"), [("(?i)[^a]", "A"), ("(?i)[^A]", "a"), ("[^]a]", "]"), ("\\w", "\u00e9")])
def test_and_what_it_does_not_match(pattern: str, text: str) -> None:
    assert not Pattern(pattern).matches(text)


@pytest.mark.parametrize(
    "pattern",
    [
        *("*", "+a", "?", "{2}", "a|*", "(*)", "a**", "a+?+", "a{2}{3}", "a{3,2}", "a{1001}", "a{1,99999}"),
        *(
            "(",
            ")",
            "a)",
            "(a",
            "(?",
            "(?i",
            "(?P<",
            "(?P<a",
            "(?P<>a)",
            "(?P<a-b>a)",
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?x)",
        ),
        *("[", "[a", "[]", "[b-a]", "[a-\\d]", "[[:none:]]", "[[:alpha:"),
        *("\\", "\\1", "\\q", "\\C", "\\pL", "\\x", "\\x6", "\\xzz", "\\x{}", "\\x{110000}", "\\x{61", "(?i--i)"),
        "(" * (DEPTH_MAX + 1) + ")" * (DEPTH_MAX + 1),
    ],
)
def test_what_is_no_pattern_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(KafkaError) as refused:
        parse(pattern)
    assert refused.value.code is ErrorCode.INVALID_REGULAR_EXPRESSION


@given(st.text(st.sampled_from("ab1()[]{}|*+?^$\\.-,:<>=!iPQEdwx\n"), max_size=30))
def test_any_text_is_a_pattern_or_refused_by_name(pattern: str) -> None:
    try:
        Pattern(pattern).matches("ab1")
    except KafkaError as error:
        assert error.code is ErrorCode.INVALID_REGULAR_EXPRESSION


@given(st.text(max_size=20))
def test_quoted_text_matches_itself(text: str) -> None:
    if "\\E" not in text and not text.endswith("\\"):
        assert Pattern("\\Q" + text + "\\E").matches(text)
