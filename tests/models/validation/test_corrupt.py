"""Corruptions: each kind comes, each log differs from the one that it was made of."""

from __future__ import annotations

import itertools
import random

from nilometer_models.validation.corrupt import KINDS, corruptions
from nilometer_models.validation.events import Event
from tests.models.validation.jugs import walk


def test_every_kind_comes_and_every_log_is_another_one() -> None:
    events = walk(20, random.Random(3))
    made = list(itertools.islice(corruptions(events, random.Random(4)), 400))
    assert {kind for kind, _, _ in made} == set(KINDS)
    assert all(log != events for _, _, log in made)


def test_an_alteration_changes_one_observed_number() -> None:
    events = [Event("b", "x", clock, {"a": 1}, {"end": clock, "name": "n", "open": True}) for clock in range(1, 5)]
    for kind, at, log in itertools.islice(corruptions(events, random.Random(5)), 200):
        if kind == "alter":
            changed = {n for n, v in log[at].observed.items() if v != events[at].observed[n]}
            assert len(changed) == 1
            assert "name" not in changed
