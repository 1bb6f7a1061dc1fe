"""What a selector means, and what is refused."""

import pytest

from nilometer.selection import UnknownSelector, nearest, select
from tests.conformance.requiring import make_requirement

CATALOGUE = [
    make_requirement(id="L3", name="log.fidelity", profiles=("smoke", "core"), apis={"Fetch": 4}),
    make_requirement(id="L4", name="log.no_phantom", level="SHOULD"),
    make_requirement(id="T1", name="transactions.atomic", profiles=("eos",), apis={"EndTxn": 0}),
    make_requirement(id="W1", name="wire.parse"),
]


def ids(*wanted: str, skip: tuple[str, ...] = ()) -> list[str]:
    return [one.id for one in select(CATALOGUE, wanted, skip)]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("L3", ["L3"]),
        ("l3", ["L3"]),
        ("log.fidelity", ["L3"]),
        ("L*", ["L3", "L4"]),
        ("log.*", ["L3", "L4"]),
        ("?1", ["T1", "W1"]),
        ("wire", ["W1"]),
        ("area:wire", ["W1"]),
        ("area:T", ["T1"]),
        ("level:should", ["L4"]),
        ("group:eos", ["T1"]),
        ("profile:smoke", ["L3"]),
        ("api:fetch", ["L3"]),
        ("log level:must", ["L3"]),
        ("L3,W1", ["L3", "W1"]),
        ("log level:should, wire", ["L4", "W1"]),
    ],
)
def test_the_words_of_a_selector(selector, found):
    assert ids(selector) == found


def test_no_selector_means_everything():
    assert ids() == ["L3", "L4", "T1", "W1"]


def test_several_selectors_mean_or_and_skipping_wins():
    assert ids("L3", "T1") == ["L3", "T1"]
    assert ids("log", skip=("L4",)) == ["L3"]
    assert ids(skip=("level:must",)) == ["L4"]


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("log.fidelty", "did you mean 'log.fidelity'"),
        ("wier", "did you mean 'wire'"),
        ("L99", "there are L3, L4"),
        ("area:logg", "did you mean 'log'"),
        ("level:shuld", "did you mean 'should'"),
        ("grop:eos", "did you mean 'group'"),
        ("api:Fetsh", "did you mean 'fetch'"),
        ("group:quick", "is unknown"),
        ("Z*", "no requirement is called"),
        (" ", "is empty"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_the_nearest(selector, message):
    with pytest.raises(UnknownSelector, match=message):
        ids(selector)


def test_words_that_are_known_and_select_nothing_are_no_mistake():
    assert ids("wire level:should") == []


def test_nothing_near_gives_no_hint():
    assert nearest("zzzzz", ["wire"]) == ""
