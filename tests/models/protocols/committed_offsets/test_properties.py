"""Each property says no of a state, or step, that it is about."""

from __future__ import annotations

from nilometer_models.protocols.committed_offsets import MACHINE, Config
from nilometer_models.protocols.committed_offsets.state import (
    EMPTY,
    PREPARING,
    STABLE,
    Answer,
    Group,
    State,
    Stored,
    View,
    initial,
)

C = Config(retention=1)
STORED = Stored(1, 1, 1, 1, 1)
READING = Group(STABLE, 1, 0, True)


def committed(group: Group = READING) -> State:
    """One commit, in generation 1."""
    return next(initial(C))._replace(group=group, offset=STORED, committed=1, now=2)


def step(name: str, before: State, after: State) -> bool:
    return bool(MACHINE.step_properties[name].claim(View(C, before), View(C, after)))


def broken(s: State) -> set[str]:
    return {name for name, claim in MACHINE.invariants.items() if not claim.claim(View(C, s))}


def test_an_answer_has_its_metadata_and_is_of_its_topic() -> None:
    s = committed()
    assert broken(s._replace(answer=Answer(1, STORED))) == set()
    assert broken(s._replace(answer=Answer(1, None))) == set()
    assert broken(s._replace(answer=Answer(1, STORED._replace(metadata=0)))) == {"metadata_comes_back"}
    assert broken(s._replace(answer=Answer(2, STORED))) == {"answers_are_of_this_topic"}


def test_a_fetch_answers_the_latest() -> None:
    s = committed()
    assert step("fetch_answers_the_latest", s, s._replace(answer=Answer(1, STORED)))
    assert not step("fetch_answers_the_latest", s, s._replace(answer=Answer(1, None)))
    assert step("fetch_answers_the_latest", s, s._replace(answer=Answer(2, None)))


def test_commits_are_fenced() -> None:
    s = committed()
    later = s._replace(committed=2)
    assert step("commits_are_fenced", s, later)
    assert not step("commits_are_fenced", s, later._replace(offset=STORED._replace(generation=0)))
    empty = committed(Group(EMPTY, 1, 1, False))
    assert not step("commits_are_fenced", empty, empty._replace(committed=2))


def test_an_offset_goes_when_it_may() -> None:
    for group, may_go in [
        (READING, False), (Group(PREPARING, 1, 0, False), False), (Group(STABLE, 1, 0, False), True),
        (Group(EMPTY, 1, 1, False), True), (Group(EMPTY, 1, 2, False), False),
    ]:  # fmt: skip
        s = committed(group)
        assert step("nothing_vanishes_early", s, s._replace(offset=None)) == may_go
        assert not step("nothing_vanishes_early", s._replace(staged=True), s._replace(offset=None))
    s = committed()
    assert step("nothing_vanishes_early", s._replace(unheard=frozenset({1})), s._replace(offset=None))
    assert step("nothing_vanishes_early", s, s._replace(offset=None, deleted=1))


def test_nobody_deletes_what_is_read() -> None:
    s = committed()
    assert not step("deletion_spares_what_is_needed", s, s._replace(offset=None, deleted=1))
    assert step("deletion_spares_what_is_needed", s._replace(group=Group(EMPTY, 1, 1, False)), s._replace(offset=None))
