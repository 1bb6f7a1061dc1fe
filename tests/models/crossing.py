"""A machine with everything that a protocol has, small enough to know by heart: two lights, one crossing.

The light whose turn it is turns green, lets its cars pass, turns red, and hands the turn over. Its bugs break a
property each: an invariant, a step property, something that must stay possible, something that must come.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nilometer_models.machine import Fair, Instance, Machine


class Rules(NamedTuple):
    takes_turns: bool = True
    passes_on_green: bool = True
    hands_over: bool = True
    is_patient: bool = True


class Config(NamedTuple):
    cars: int = 1
    rules: Rules = Rules()


class State(NamedTuple):
    lights: tuple[str, str]
    waiting: tuple[int, int]
    arrived: int
    turn: int


def initial(_: Config) -> Iterator[State]:
    yield State(("red", "red"), (0, 0), 0, 1)


def view(_: Config, state: State) -> State:
    return state


MACHINE: Machine[Config, State, State] = Machine("crossing", initial, view, home=Path(__file__).parent)


def lights(_: Config) -> range:
    return range(1, 3)


def with_light(s: State, light: int, colour: str) -> State:
    return s._replace(lights=(colour, s.lights[1]) if light == 1 else (s.lights[0], colour))


def with_cars(s: State, light: int, change: int) -> State:
    one, other = s.waiting
    return s._replace(waiting=(one + change, other) if light == 1 else (one, other + change))


@MACHINE.action("people", light=lights)
class Arrive:
    """A car comes to a light."""

    @staticmethod
    def why_not(c: Config, s: State, light: int) -> str | None:  # noqa: ARG004
        return "bound: cars" if s.arrived == c.cars else None

    @staticmethod
    def apply(_: Config, s: State, light: int) -> State:
        return with_cars(s, light, 1)._replace(arrived=s.arrived + 1)


@MACHINE.action("people", light=lights)
class Pass:
    """A car crosses."""

    @staticmethod
    def why_not(c: Config, s: State, light: int) -> str | None:
        if not s.waiting[light - 1]:
            return "nobody waits"
        return "the light is red" if c.rules.passes_on_green and s.lights[light - 1] == "red" else None

    @staticmethod
    def apply(_: Config, s: State, light: int) -> State:
        return with_cars(s, light, -1)


@MACHINE.action("lights", light=lights)
class TurnGreen:
    """A light turns green in its turn."""

    @staticmethod
    def why_not(c: Config, s: State, light: int) -> str | None:
        if s.lights[light - 1] == "green":
            return "it is green"
        return "it is not its turn" if c.rules.takes_turns and s.turn != light else None

    @staticmethod
    def apply(_: Config, s: State, light: int) -> State:
        return with_light(s, light, "green")


@MACHINE.action("lights", light=lights)
class TurnRed:
    """A light turns red when its cars are through, and hands the turn over."""

    @staticmethod
    def why_not(c: Config, s: State, light: int) -> str | None:
        if s.lights[light - 1] == "red":
            return "it is red"
        return "cars are waiting" if c.rules.is_patient and s.waiting[light - 1] else None

    @staticmethod
    def apply(c: Config, s: State, light: int) -> State:
        return with_light(s, light, "red")._replace(turn=3 - light if c.rules.hands_over else light)


@MACHINE.invariant("Z1")
def never_both_green(s: State) -> bool:
    """At most one light is green."""
    return s.lights != ("green", "green")


@MACHINE.step_property("Z2")
def cars_leave_on_green(before: State, after: State) -> bool:
    """A car leaves only while its light is green."""
    return all(
        new >= old or light == "green"
        for old, new, light in zip(before.waiting, after.waiting, before.lights, strict=True)
    )


@MACHINE.always_possible("Z3")
def nobody_need_wait(s: State) -> bool:
    """Nobody waits."""
    return s.waiting == (0, 0)


@MACHINE.leads_to("Z4", fair=["Pass", "TurnGreen", Fair("TurnRed", each=[])])
def everybody_gets_through(s: State) -> tuple[bool, bool]:
    """Whoever waits gets through."""
    return s.waiting != (0, 0), s.waiting == (0, 0)


@MACHINE.witness("Z5")
def both_wait(s: State) -> bool:
    """Cars wait at both lights."""
    return all(s.waiting)


MACHINE.bounded("one car", Config(1), edges=True)
MACHINE.bounded("two cars", Config(2))
MACHINE.bounded("five cars", Config(5), nightly=True)
MACHINE.bug(
    "green_at_once",
    "A light does not wait for its turn",
    breaks="never_both_green",
    config=Config(1),
    takes_turns=False,
)
MACHINE.bug(
    "red_runner", "A car does not wait for green", breaks="cars_leave_on_green", config=Config(1), passes_on_green=False
)
MACHINE.bug(
    "turn_kept", "A light keeps the turn", breaks="nobody_need_wait", config=Config(1), hands_over=False,
)  # fmt: skip
MACHINE.bug(
    "impatient", "A light turns red although cars wait", breaks="everybody_gets_through", config=Config(1),
    is_patient=False,
)  # fmt: skip


def crossing(cars: int = 1, **rules: bool) -> Instance[Config, State, State]:
    return Instance(MACHINE, Config(cars, Rules(**rules)))
