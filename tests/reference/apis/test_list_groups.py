import pytest

from nilometer_reference.apis.list_groups import API
from nilometer_reference.wire.messages.list_groups import ListedGroup, ListGroupsRequest
from tests.reference.harness import Harness

from .group_requests import committing, joining, stable_member

EVERYTHING = ["connecting", "simple", "stable"]


@pytest.fixture
def harness() -> Harness:
    """A stable group, one in its first rebalance, and one of simple commits."""
    made = Harness()
    made.broker.topics.create("t", 1, now_ms=made.now_ms)
    client = made.client()
    stable_member(made, client, group="stable")
    client.ask(committing(group="simple"), 8)
    made.client().send(joining(group="connecting", protocol_type="connect"), 3)
    return made


def test_versions() -> None:
    assert API.versions == (0, 5)


@pytest.mark.parametrize("version", range(6))
def test_every_group_is_listed_with_what_the_version_can_say(harness: Harness, version: int) -> None:
    groups = harness.client().ask(ListGroupsRequest(), version).groups
    states = {"connecting": "PreparingRebalance", "simple": "Empty", "stable": "Stable"}
    types = {"connecting": "connect", "simple": "", "stable": "consumer"}
    assert sorted(groups, key=lambda each: each.group_id) == [
        ListedGroup(name, types[name], states[name] if version >= 4 else "", "classic" if version >= 5 else "")
        for name in EVERYTHING
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], EVERYTHING),
        (["Stable"], ["stable"]),
        ([" sTaBlE "], ["stable"]),
        (["Empty", "preparingrebalance"], ["connecting", "simple"]),
        (["CompletingRebalance", "Dead"], []),
        (["what"], []),
        (["what", "Stable"], ["stable"]),
    ],
)
@pytest.mark.parametrize("version", [4, 5])
def test_states_are_a_filter(harness: Harness, version: int, states: list[str], expected: list[str]) -> None:
    groups = harness.client().ask(ListGroupsRequest(states), version).groups
    assert sorted(group.group_id for group in groups) == expected


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([], EVERYTHING),
        (["classic"], EVERYTHING),
        (["Consumer", "CLASSIC"], EVERYTHING),
        (["consumer"], []),
        (["what"], []),
    ],
)
def test_types_are_a_filter(harness: Harness, types: list[str], expected: list[str]) -> None:
    groups = harness.client().ask(ListGroupsRequest(types_filter=types), 5).groups
    assert sorted(group.group_id for group in groups) == expected


def test_both_filters_hold_together(harness: Harness) -> None:
    groups = harness.client().ask(ListGroupsRequest(["Stable"], ["consumer"]), 5).groups
    assert groups == []
