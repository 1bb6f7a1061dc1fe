"""A small machine for tests of the engines: a die-hard of two jugs, and a counter that may be wedged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nilometer_models.machine import Instance, Machine


class Config(NamedTuple):
    small: int = 3
    big: int = 5
    leaks: bool = False


class State(NamedTuple):
    small: int
    big: int


def initial(_: Config) -> Iterator[State]:
    yield State(0, 0)


def view(_: Config, state: State) -> State:
    return state


JUGS: Machine[Config, State, State] = Machine("jugs", initial, view)


def jugs(_: Config) -> tuple[str, str]:
    return "small", "big"


@JUGS.action("people", jug=jugs)
class Fill:
    """Fill a jug to its brim."""

    @staticmethod
    def why_not(c: Config, s: State, jug: str) -> str | None:
        return f"{jug} is full" if getattr(s, jug) == getattr(c, jug) else None

    @staticmethod
    def apply(c: Config, s: State, jug: str) -> State:
        return s._replace(**{jug: getattr(c, jug)})


@JUGS.action("people", jug=jugs)
class Empty:
    """Empty a jug."""

    @staticmethod
    def why_not(c: Config, s: State, jug: str) -> str | None:
        if c.leaks and jug == "big":
            return "the big jug is nailed down"
        return None if getattr(s, jug) else f"{jug} is empty"

    @staticmethod
    def apply(_: Config, s: State, jug: str) -> State:
        return s._replace(**{jug: 0})


@JUGS.action("people", source=jugs)
class Pour:
    """Pour from one jug into the other until one is empty or full."""

    @staticmethod
    def why_not(c: Config, s: State, source: str) -> str | None:
        target = "big" if source == "small" else "small"
        if not getattr(s, source):
            return f"{source} is empty"
        return f"{target} is full" if getattr(s, target) == getattr(c, target) else None

    @staticmethod
    def apply(c: Config, s: State, source: str) -> State:
        target = "big" if source == "small" else "small"
        moved = min(getattr(s, source), getattr(c, target) - getattr(s, target))
        return s._replace(**{source: getattr(s, source) - moved, target: getattr(s, target) + moved})


@JUGS.invariant("Z1")
def within_the_brim(s: State) -> bool:
    """No jug holds more than it can."""
    return 0 <= s.small <= 3 and 0 <= s.big <= 5


@JUGS.invariant("Z1")
def never_four(s: State) -> bool:
    """The big jug never holds four: false, in six steps."""
    return s.big != 4


@JUGS.step_property("Z1")
def never_more_than_one_litre_less(before: State, after: State) -> bool:
    """No step loses more than four litres: emptying the big one does."""
    return before.small + before.big - after.small - after.big <= 4


@JUGS.witness("Z1")
def both_full(s: State) -> bool:
    """Both jugs are full."""
    return s == State(3, 5)


@JUGS.always_possible("Z1")
def can_be_empty(s: State) -> bool:
    """Both jugs are empty."""
    return s == State(0, 0)


def instance(**config: object) -> Instance[Config, State, State]:
    return Instance(JUGS, Config(**config))  # type: ignore[arg-type]
