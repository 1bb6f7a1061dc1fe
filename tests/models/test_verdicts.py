"""What a search says of each claim."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from tests.models import toy
from tests.models.crossing import crossing


def test_what_holds_holds_in_everything_that_is_reachable() -> None:
    properties = explore(crossing(2)).properties
    assert list(properties) == [
        "never_both_green", "cars_leave_on_green", "nobody_need_wait", "everybody_gets_through", "both_wait",
    ]  # fmt: skip
    assert len(properties) == 5
    assert all(properties.values())
    assert repr(properties["never_both_green"]) == "never_both_green holds"
    assert repr(properties["both_wait"]) == "both_wait is reached in 2 steps"
    assert properties["never_both_green"].doc == "At most one light is green."


@pytest.mark.parametrize(
    ("rules", "name", "said"),
    [
        ({"takes_turns": False}, "never_both_green", "is broken in 2 steps"),
        ({"passes_on_green": False}, "cars_leave_on_green", "is broken in 2 steps"),
        ({"hands_over": False}, "nobody_need_wait", "is broken in 1 steps"),
        ({"is_patient": False}, "everybody_gets_through", "is broken in 5 steps"),
    ],
)
def test_what_is_broken_has_its_trace_whatever_kind_it_is(rules: dict[str, bool], name: str, said: str) -> None:
    verdict = explore(crossing(1, **rules)).properties[name]
    assert not verdict
    assert verdict.holds is False
    assert verdict.trace is not None
    assert repr(verdict) == f"{name} {said}"


def test_of_a_search_that_was_cut_nothing_holds() -> None:
    properties = explore(crossing(2), states_max=5).properties
    assert not any(verdict.holds for verdict in properties.values() if not verdict.is_witness)
    assert "which are not all" in repr(properties["never_both_green"])
    assert "which are not all" in repr(properties["everybody_gets_through"])
    assert repr(explore(crossing(2), states_max=2).properties["both_wait"]) == "both_wait is not reached so far"
    assert repr(explore(crossing(1)).properties["both_wait"]) == "both_wait is not reached in these bounds"


def test_a_broken_claim_is_broken_also_in_a_search_that_was_cut() -> None:
    run = explore(toy.instance(), stop_at=frozenset({"never_four"}))
    assert run.properties["never_four"].holds is False
    assert run.properties["within_the_brim"].holds is None


def test_an_unknown_claim_is_named_with_those_that_there_are() -> None:
    with pytest.raises(KeyError, match="crossing claims no tea; it claims never_both_green"):
        explore(crossing()).properties["tea"]


def test_a_search_shows_its_counts_and_every_claim() -> None:
    run = explore(crossing(2))
    lines = repr(run).splitlines()
    assert lines[0].startswith("40 states, 72 edges, depth 9, ")
    assert lines[0].endswith("everything that is reachable")
    assert "  everybody_gets_through holds" in lines
    assert "not everything was seen" in repr(explore(crossing(2), states_max=5))
    assert "<li>  never_both_green holds</li>" in run._repr_html_()
