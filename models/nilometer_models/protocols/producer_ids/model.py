"""Blocks of producer ids (KIP-730).

broker       AskForBlock  TakeBlock  GiveId
controller   Allocate  Persist
faults       RepeatAnswer  Restart  ElectController
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.producer_ids.state import (
    Broker,
    Config,
    Rules,
    State,
    View,
    block,
    initial,
    is_exhausted,
    refusal,
)

MACHINE: Machine[Config, State, View] = Machine("producer_ids", initial, View, home=Path(__file__).parent)
REPEATS, RESTARTS, ELECTIONS = range(3)


def model(rules: Rules | None = None, **bounds: int) -> Instance[Config, State, View]:
    """An instance with these bounds; what is not named is as in `Config`."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def brokers(c: Config) -> Iterable[int]:
    return range(1, c.brokers + 1)


def with_broker(s: State, broker: int, changed: Broker) -> State:
    return s._replace(brokers=(*s.brokers[: broker - 1], changed, *s.brokers[broker:]))


def with_answers(s: State, broker: int, answers: tuple[int, ...]) -> State:
    return s._replace(answers=(*s.answers[: broker - 1], answers, *s.answers[broker:]))


def spend(s: State, fault: int) -> State:
    return s._replace(left=tuple(count - (at == fault) for at, count in enumerate(s.left)))


@MACHINE.action("broker", broker=brokers)
class AskForBlock:
    """A broker asks for a block, also ahead of need; it may have given up an earlier request."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        known = s.brokers[broker - 1]
        if known.ahead is not None:
            return "it has a block ahead"
        return "it has asked" if known.asked else None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        return with_broker(s, broker, s.brokers[broker - 1]._replace(asked=True))


@MACHINE.action("controller", broker=brokers)
class Allocate:
    """The controller promises the next block to a broker that has asked."""

    @staticmethod
    def why_not(c: Config, s: State, broker: int) -> str | None:
        if not s.brokers[broker - 1].asked:
            return "it has not asked"
        if s.answers[broker - 1]:
            return "it is answered"
        if c.rules.persisted_before_answer and s.next_id != s.logged_id:
            return "the last block is not in the log"
        return "bound: blocks" if s.allocated >= c.blocks else None

    @staticmethod
    def apply(c: Config, s: State, broker: int) -> State:
        first = s.next_id
        following = first + (c.block_size if c.rules.blocks_disjoint else c.block_size - 1)
        s = s._replace(next_id=following, allocated=s.allocated + 1)
        return with_answers(s, broker, (first,))


@MACHINE.action("controller")
class Persist:
    """A majority of the controllers has the next id in its log."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return "nothing is new" if s.next_id == s.logged_id else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(logged_id=s.next_id)


@MACHINE.action("broker", broker=brokers)
class TakeBlock:
    """A broker takes the next answer: the block ahead, unless it is none that can come after the block in use."""

    @staticmethod
    def why_not(c: Config, s: State, broker: int) -> str | None:
        if not s.answers[broker - 1]:
            return "there is no answer"
        first = s.answers[broker - 1][0]
        if c.rules.persisted_before_answer and first >= s.logged_id:
            return "the answer waits for the log of the controllers"
        return None

    @staticmethod
    def apply(c: Config, s: State, broker: int) -> State:
        known, (first, *rest) = s.brokers[broker - 1], s.answers[broker - 1]
        ahead = block(c, first) if refusal(c, known, first) is None else known.ahead
        return with_answers(with_broker(s, broker, known._replace(ahead=ahead, asked=False)), broker, tuple(rest))


@MACHINE.action("broker", broker=brokers)
class GiveId:
    """A broker gives the next id to a producer; where its block has none left, from the block ahead."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        known = s.brokers[broker - 1]
        return "it has no id" if is_exhausted(known.current) and known.ahead is None else None

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        known = s.brokers[broker - 1]
        used, ahead = (known.ahead, None) if is_exhausted(known.current) else (known.current, known.ahead)
        assert used is not None
        changed = known._replace(current=used._replace(next=used.next + 1), ahead=ahead)
        return with_broker(s._replace(given=(*s.given, used.next)), broker, changed)


@MACHINE.action("fault", broker=brokers)
class RepeatAnswer:
    """An answer comes twice: the request was sent again, or the connection was."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        if not s.left[REPEATS]:
            return "bound: repeats"
        return None if len(s.answers[broker - 1]) == 1 else "there is not one answer"

    @staticmethod
    def apply(_: Config, s: State, broker: int) -> State:
        return with_answers(spend(s, REPEATS), broker, s.answers[broker - 1] * 2)


@MACHINE.action("fault", broker=brokers)
class Restart:
    """A broker restarts: it has no block, and no answer to an earlier request reaches it."""

    @staticmethod
    def why_not(_: Config, s: State, broker: int) -> str | None:
        if not s.left[RESTARTS]:
            return "bound: restarts"
        return "it has no block" if s.brokers[broker - 1].current is None else None

    @staticmethod
    def apply(c: Config, s: State, broker: int) -> State:
        known = s.brokers[broker - 1]
        assert known.current is not None
        again = None if c.rules.restart_asks_anew else known.current._replace(next=known.current.first)
        s = with_broker(spend(s, RESTARTS), broker, Broker(again, None, asked=False))
        return with_answers(s, broker, ())


@MACHINE.action("fault")
class ElectController:
    """Another controller takes office: what is not in the log was never promised."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.left[ELECTIONS] else "bound: elections"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        logged = s.logged_id if c.rules.log_survives else 0
        s = spend(s, ELECTIONS)._replace(next_id=logged, logged_id=logged)
        if not c.rules.persisted_before_answer:
            return s
        kept = tuple(tuple(first for first in answers if first < s.logged_id) for answers in s.answers)
        return s._replace(answers=kept)


@MACHINE.invariant("I9")
def producer_ids_unique(view: View) -> bool:
    """No two producers were given the same id."""
    return len(set(view.state.given)) == len(view.state.given)


@MACHINE.invariant("I9")
def ids_come_from_the_log(view: View) -> bool:
    """Every id that was given is below what the log of the controllers says comes next."""
    return all(given < view.state.logged_id for given in view.state.given)


@MACHINE.step_property("I9")
def next_id_never_falls(before: View, after: View) -> bool:
    """The log of the controllers never goes back to an earlier id."""
    return before.state.logged_id <= after.state.logged_id


@MACHINE.witness("I9")
def two_brokers_give_ids(view: View) -> bool:
    """Two brokers have a block at the same time."""
    return sum(broker.current is not None for broker in view.state.brokers) > 1


@MACHINE.witness("I9")
def a_block_is_refused(view: View) -> bool:
    """The next answer is a block that the broker does not take."""
    s = view.state
    return any(
        answers and refusal(view.config, broker, answers[0]) is not None
        for broker, answers in zip(s.brokers, s.answers, strict=True)
    )


@MACHINE.witness("I9")
def ids_are_lost(view: View) -> bool:
    """An id was passed over: a broker restarted, or a controller was replaced."""
    given = view.state.given
    return bool(given) and len(given) < max(given) + 1 and view.state.left[RESTARTS] < view.config.restarts
