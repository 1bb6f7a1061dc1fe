"""What the controller and the brokers remember of blocks of producer ids.

    controller   the first id of the next block, as its log has it, and as it has promised it
    broker       the block in use, the next block (fetched ahead), whether it has asked
    answers      blocks under way to a broker: late, or twice

Sources: KIP-730; `ProducerIdControlManager`, `RPCProducerIdManager`, `ProducerIdsBlock`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Rules(NamedTuple):
    """How controller and broker behave. The defaults are today's Kafka."""

    block_begins: str = "after_last"
    """Where a broker wants the next block: `after_last` id in use, `at_last` (before KAFKA-20031), or `anywhere`."""
    persisted_before_answer: bool = True
    """The controller answers when its log has the next id."""
    blocks_disjoint: bool = True
    """The next block begins after the last one."""
    restart_asks_anew: bool = True
    """A broker that restarts gives up what is left of its block."""
    log_survives: bool = True
    """A new controller has the log of the old one."""


class Config(NamedTuple):
    """Bounds, and the rules."""

    brokers: int = 2
    block_size: int = 2
    """1000 in Kafka."""
    blocks: int = 3
    """Blocks that the controller hands out."""
    repeats: int = 1
    """Answers that come twice."""
    restarts: int = 1
    elections: int = 1
    """Controllers that fail; the next one has what is in the log."""
    rules: Rules = Rules()


class Block(NamedTuple):
    """Ids from `first` to `last`; `next` is the first that is not given out."""

    first: int
    last: int
    next: int


class Broker(NamedTuple):
    """One broker."""

    current: Block | None
    ahead: Block | None
    asked: bool
    """A request is under way."""


class State(NamedTuple):
    """Fields are the variables of the TLA+ module."""

    brokers: tuple[Broker, ...]
    next_id: int
    """What the controller in office takes for the first id of the next block."""
    logged_id: int
    """The same in the log of the controllers, which survives."""
    answers: tuple[tuple[int, ...], ...]
    """broker -> first ids of blocks under way to it, the oldest first."""
    given: tuple[int, ...]
    """Every id that a producer was given, in order."""
    allocated: int
    left: tuple[int, ...]
    """Repeats, restarts and elections that may still happen."""


class View(NamedTuple):
    """What properties are told."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    """No block was handed out."""
    brokers = (Broker(None, None, asked=False),) * c.brokers
    yield State(brokers, 0, 0, ((),) * c.brokers, (), 0, (c.repeats, c.restarts, c.elections))


def block(c: Config, first: int) -> Block:
    """A fresh block."""
    return Block(first, first + c.block_size - 1, first)


def is_exhausted(used: Block | None) -> bool:
    return used is None or used.next > used.last


def refusal(c: Config, broker: Broker, first: int) -> str | None:
    """Why a broker does not take a block (`RPCProducerIdManager.sanityCheckResponse`)."""
    if c.rules.block_begins == "anywhere" or broker.current is None:
        return None
    if first < broker.current.last or (first == broker.current.last and c.rules.block_begins == "after_last"):
        return "it does not begin after the block in use"
    return None
