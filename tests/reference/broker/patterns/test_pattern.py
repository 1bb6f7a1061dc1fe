import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.broker.patterns.pattern import INSTRUCTIONS_MAX, STEPS_REMEMBERED_MAX, Pattern
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.work import steps

# fmt: off
ATOMS = [
    "a", "b", "1", "_", r"\-", r"\n", ".", "[ab]", "[^a]", "[a-b1]",
    r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B", r"\A", "^",
]
# fmt: on
LETTERS = st.sampled_from(["a", "b", "1", "_", "-", "\n"])


@st.composite
def patterns(draw: st.DrawFn, depth: int = 3) -> str:
    """Patterns that Python's `re` reads in the same way (but for `\\B` in an empty text, before Python 3.14)."""
    kind = draw(st.sampled_from(["atom", "atom", "chain", "either", "repeat", "group"] if depth else ["atom"]))
    inner = patterns(depth - 1) if depth else st.nothing()
    match kind:
        case "chain":
            return draw(inner) + draw(inner)
        case "either":
            return f"(?:{draw(inner)}|{draw(inner)})"
        case "repeat":
            times = draw(st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?", "??"]))
            return f"(?:{draw(inner)}){times}"
        case "group":
            return f"({draw(inner)})"
    return draw(st.sampled_from(ATOMS))


@given(patterns(), st.lists(LETTERS, min_size=1, max_size=6).map("".join))
@settings(max_examples=500)
def test_what_python_reads_alike_matches_alike(pattern: str, text: str) -> None:
    assert Pattern(pattern).matches(text) == bool(re.fullmatch(pattern, text, re.ASCII))


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("payments-.*", ["payments-", "payments-7"], ["payments", "x-payments-7"]),
        ("a|bc", ["a", "bc"], ["ac", "b", "abc"]),
        ("", [""], ["a"]),
        ("a.c", ["abc", "a.c", "a\u00e9c", "a\U0001f600c"], ["a\nc", "ac"]),
        ("a{2,3}", ["aa", "aaa"], ["a", "aaaa"]),
        ("^a$", ["a"], ["a\n"]),
        ("(?m)a$\n^b", ["a\nb"], ["ab"]),
        ("\\bab\\b", ["ab"], ["abc"]),
        ("(a|b)*c", ["c", "abbac"], ["abba"]),
        ("(a*)*b", ["b", "aab"], ["a"]),
    ],
)
def test_the_whole_text_has_to_match(pattern: str, matching: list[str], others: list[str]) -> None:
    compiled = Pattern(pattern)
    assert [text for text in matching if not compiled.matches(text)] == []
    assert [text for text in others if compiled.matches(text)] == []


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "(.*)(.*)(.*)(.*)b", "(a?){50}a{50}"])
def test_no_pattern_takes_for_ever(pattern: str) -> None:
    # each of these takes a backtracking matcher longer than the universe has lasted
    def taken(letters: int) -> int:
        matched: list[bool] = []
        taken = steps(lambda: matched.append(Pattern(pattern).matches("a" * letters + "c")))
        assert matched == [False]
        return taken

    assert taken(40_000) < 2.1 * taken(20_000)


def test_a_pattern_that_would_be_too_large_is_refused() -> None:
    for pattern in ("a{1000}{3}", "(a{1000}){1000}", "((((){1000}){1000}){1000}){1000}", "a" * (INSTRUCTIONS_MAX + 1)):
        with pytest.raises(KafkaError) as refused:
            Pattern(pattern)
        assert refused.value.code is ErrorCode.INVALID_REGULAR_EXPRESSION
    assert Pattern("a{1000}").matches("a" * 1000)


def test_what_is_remembered_of_steps_is_bounded() -> None:
    compiled = Pattern("\\b.*")
    for first in range(0x100, 0x100 + STEPS_REMEMBERED_MAX):
        compiled.matches("a" + chr(first))
    assert len(compiled._steps) <= STEPS_REMEMBERED_MAX
    assert compiled.matches("abc")
