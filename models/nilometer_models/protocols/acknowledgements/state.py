"""Replicas, controller and what producers were told. Variables and fields are those of Acknowledgements.tla."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

NONE, LEADER, ALL = 0, 1, -1
"""Values of `acks`: nobody, the leader, every in-sync replica."""


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka."""

    minimum_checked_before: bool = True
    """With acks=all nothing is appended while the ISR is below min.insync.replicas: NOT_ENOUGH_REPLICAS."""
    minimum_checked_after: bool = True
    """… and nothing is acknowledged: NOT_ENOUGH_REPLICAS_AFTER_APPEND, if the ISR has shrunk meanwhile."""
    minimum_holds_high_watermark: bool = True
    """The high watermark stands still while the ISR is below the minimum (KIP-966)."""
    minimum_counts_isr: bool = True
    """The minimum is one of in-sync replicas, not of assigned ones."""
    all_waits_for_high_watermark: bool = True
    """acks=all is acknowledged when the high watermark has passed the record."""
    refused_is_not_appended: bool = True
    """What is refused with NOT_ENOUGH_REPLICAS was not written."""
    deposed_leader_tells: bool = True
    """A leader that is deposed answers what still waits with NOT_LEADER_OR_FOLLOWER."""
    clean_election: bool = True
    """Leaders come from the ISR, or from the eligible leader replicas if it is empty."""


class Config(NamedTuple):
    """Bounds: replicas, records, the highest leader epoch (from 0), and restarts that lose the log."""

    replicas: int = 3
    minimum: int = 2
    """min.insync.replicas."""
    records: int = 1
    max_epoch: int = 1
    losses: int = 0
    rules: Rules = Rules()


class Controller(NamedTuple):
    """What the controller has decided."""

    leader: int | None
    epoch: int
    isr: frozenset[int]
    elr: frozenset[int]
    """Eligible leader replicas (KIP-966): left the ISR below the minimum, and have lost nothing since."""
    last_leader: int


class Replica(NamedTuple):
    """A replica: its log of records, and what it believes."""

    log: tuple[int, ...]
    high_watermark: int
    """First offset not known to be on the whole ISR (exclusive)."""
    epoch: int
    """-1 if it has heard of no leader since it started."""
    leader: int | None
    isr: frozenset[int]
    """As leader: the ISR that it works with."""
    epoch_start: int
    """As leader: its log end when it took over."""


class Produced(NamedTuple):
    """A record that a producer has sent."""

    acks: int
    leader: int
    end: int
    """The high watermark that an acknowledgement of acks=all waits for."""
    answer: str
    """`pending`, `none` (acks=0), `ok`, `not_enough_replicas`, `not_enough_replicas_after_append`, `not_leader`, or
    `unknown`: the producer waits no longer."""


class State(NamedTuple):
    """See the module."""

    controller: Controller
    replicas: tuple[Replica, ...]
    produced: tuple[Produced, ...]
    """By the number of the record, from 1."""
    losses: int


class View(NamedTuple):
    """A state with its configuration."""

    config: Config
    state: State

    @property
    def is_tolerable(self) -> bool:
        """Fewer replicas have lost records than the minimum."""
        return self.state.losses < effective_minimum(self.config)

    def acknowledged(self, acks: int) -> list[int]:
        """Records for which the producer was told that they are there."""
        return [
            record
            for record, sent in enumerate(self.state.produced, start=1)
            if sent.acks == acks and sent.answer == "ok"
        ]


def initial(c: Config) -> Iterator[State]:
    """Replica 1 leads in epoch 0, and everybody knows."""
    everyone = frozenset(range(1, c.replicas + 1))
    first = Replica((), 0, 0, 1, everyone, 0)
    others = (first._replace(isr=frozenset()),) * (c.replicas - 1)
    yield State(Controller(1, 0, everyone, frozenset(), 1), (first, *others), (), 0)


def effective_minimum(c: Config) -> int:
    return min(c.minimum, c.replicas)


def has_minimum(c: Config, isr: frozenset[int]) -> bool:
    """Does an ISR reach the minimum?"""
    return (len(isr) if c.rules.minimum_counts_isr else c.replicas) >= effective_minimum(c)


def replica(s: State, r: int) -> Replica:
    return s.replicas[r - 1]


def leads(s: State, r: int) -> bool:
    """`r` believes to lead, rightly or not."""
    return s.replicas[r - 1].leader == r


def follows(s: State, follower: int, leader: int) -> bool:
    """The follower fetches from that leader, in its epoch (KIP-320)."""
    own, other = replica(s, follower), replica(s, leader)
    return follower != leader and own.leader == leader == other.leader and own.epoch == other.epoch


def with_replica(s: State, r: int, **changes: Any) -> State:
    """The state with fields of one replica changed."""
    made = s.replicas[r - 1]._replace(**changes)
    return s._replace(replicas=(*s.replicas[: r - 1], made, *s.replicas[r:]))


def with_answer(s: State, record: int, answer: str) -> State:
    """The state after the producer of a record has been told."""
    told = s.produced[record - 1]._replace(answer=answer)
    return s._replace(produced=(*s.produced[: record - 1], told, *s.produced[record:]))


def all_answered(s: State, leader: int, answer: str) -> State:
    """Every request that waits at this replica is answered."""
    return s._replace(
        produced=tuple(
            sent._replace(answer=answer) if sent.leader == leader and sent.answer == "pending" else sent
            for sent in s.produced
        )
    )


def common_end(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """First offset at which two logs differ."""
    shorter = min(len(one), len(other))
    return next((offset for offset in range(shorter) if one[offset] != other[offset]), shorter)


def with_isr(c: Config, controller: Controller, isr: frozenset[int], lost: frozenset[int] = frozenset()) -> Controller:
    """The controller with another ISR, and the eligible leaders that follow from it."""
    elr = (controller.elr | controller.isr) - isr - lost
    return controller._replace(isr=isr, elr=frozenset() if len(isr) >= effective_minimum(c) else elr)


def electable(c: Config, controller: Controller) -> frozenset[int]:
    """Who may be elected: the ISR; if it is empty the ELR; if that is, too, the last leader, whatever it has lost."""
    if not c.rules.clean_election:
        return frozenset(range(1, c.replicas + 1))
    return controller.isr or controller.elr or frozenset({controller.last_leader})
