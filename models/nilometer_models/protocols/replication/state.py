"""The state of a replicated partition, and what follows from it. Variables and fields are those of Replication.tla."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Rules(NamedTuple):
    """The rules of the protocol that have changed over the years; the defaults are those of today's Kafka (KIP-320)."""

    truncation: str = "matching_epochs"
    """How a new follower finds where to cut its log: `high_watermark` (before KIP-101), `leader_epoch` (KIP-101: the
    leader's end of the follower's last epoch, or the high watermark where the leader does not know it), or
    `matching_epochs` (KIP-279: where both logs agree). `none` cuts nothing: no version of Kafka does that."""
    truncation_fenced: bool = True
    """The leader that is asked where to cut must be in the follower's epoch (KIP-320)."""
    fetch_fenced: bool = True
    """A fetch counts only if leader and follower are in one epoch (KIP-320)."""
    high_watermark_fenced: bool = True
    """The high watermark counts only followers that are in the leader's epoch (KIP-320)."""
    isr_change_fenced: bool = True
    """The controller takes ISR changes from the leader of the current epoch only."""
    expand_waits_for_high_watermark: bool = True
    """A follower joins the ISR only when it holds everything below the leader's high watermark."""
    expand_waits_for_epoch_start: bool = True
    """… and everything below the offset at which the leader's epoch began (KAFKA-7128)."""
    high_watermark_waits_for_isr: bool = True
    """The high watermark is the end that the whole ISR has reached, not the leader's own."""
    clean_election: bool = True
    """Leaders are elected from the ISR only."""
    truncation_lowers_high_watermark: bool = True
    """A follower that cuts its log below its high watermark lowers it."""
    high_watermark_only_grows: bool = True
    """A new leader does not know yet what its followers hold; it keeps its high watermark until they have said it."""
    old_decisions_ignored: bool = True
    """A replica obeys a decision only if its epoch is later than the one that the replica knows."""
    deposed_leader_steps_down: bool = True
    """A leader that hears of another one's election follows it."""
    records_carry_leader_epoch: bool = True
    """A record carries the epoch of the leader that appends it (KIP-101), not that of the record before it."""
    drop_ends_office: bool = True
    """A leader that leaves the ISR leads no more."""
    last_member_stays: bool = True
    """Without eligible leader replicas (KIP-966) the last member of the ISR stays in it, also when it has failed."""


class Config(NamedTuple):
    """Bounds: replicas, log slots, records that are ever written, and the highest leader epoch (from 0)."""

    replicas: int = 3
    log_size: int = 2
    records: int = 2
    max_epoch: int = 2
    rules: Rules = Rules()


class Entry(NamedTuple):
    """A record in a log, with the epoch of the leader that wrote it."""

    record: int
    epoch: int


class Decision(NamedTuple):
    """What the controller has decided. `leader` is None while nobody leads."""

    leader: int | None
    epoch: int
    isr: frozenset[int]


class Replica(NamedTuple):
    """What a replica believes: the decision that it has heard of, and as a leader the ISR that it works with."""

    high_watermark: int
    """First offset not known to be on the whole ISR (exclusive)."""
    epoch: int
    """-1 before the first decision."""
    leader: int | None
    isr: frozenset[int]
    epoch_start: int
    """Log end offset at which it took over in this epoch; 0 where it does not lead."""


class State(NamedTuple):
    """See the module."""

    logs: tuple[tuple[Entry, ...], ...]
    replicas: tuple[Replica, ...]
    decision: Decision
    """The controller's own, which is true."""
    published: frozenset[Decision]
    """Every decision that elected a leader or dropped one: it may be heard late, twice or never."""
    written: int
    """Records written so far; the next one is `written + 1`."""


def initial(c: Config) -> Iterator[State]:
    everyone = frozenset(range(1, c.replicas + 1))
    unaware = Replica(0, -1, None, frozenset(), 0)
    yield State(((),) * c.replicas, (unaware,) * c.replicas, Decision(None, -1, everyone), frozenset(), 0)


class View(NamedTuple):
    """A state as the goals of `invariants/replication.py` ask it."""

    config: Config
    state: State

    @property
    def replicas(self) -> range:
        return range(1, self.config.replicas + 1)

    @property
    def offsets(self) -> range:
        return range(self.config.log_size)

    def believes_to_lead(self, r: int) -> bool:
        return self.state.replicas[r - 1].leader == r

    def in_isr(self, r: int) -> bool:
        return r in self.state.decision.isr

    def below_high_watermark(self, r: int, offset: int) -> bool:
        return offset < self.state.replicas[r - 1].high_watermark

    def holds(self, r: int, offset: int) -> bool:
        return offset < len(self.state.logs[r - 1])

    def same_entry(self, r: int, q: int, offset: int) -> bool:
        one, other = self.state.logs[r - 1], self.state.logs[q - 1]
        return offset < len(one) and offset < len(other) and one[offset] == other[offset]

    def same_epoch(self, r: int, q: int, offset: int) -> bool:
        one, other = self.state.logs[r - 1], self.state.logs[q - 1]
        return offset < len(one) and offset < len(other) and one[offset].epoch == other[offset].epoch

    def not_after(self, offset: int, other: int) -> bool:
        return offset <= other

    def epoch_not_later(self, r: int, offset: int, other: int) -> bool:
        log = self.state.logs[r - 1]
        return max(offset, other) < len(log) and log[offset].epoch <= log[other].epoch

    def leader_epoch(self, r: int) -> int:
        return self.state.replicas[r - 1].epoch

    @property
    def epochs(self) -> range:
        return range(-1, self.config.max_epoch + 1)

    def has_heard_of(self, r: int, epoch: int) -> bool:
        return epoch <= self.leader_epoch(r)

    def has_decided(self, epoch: int) -> bool:
        return epoch <= self.state.decision.epoch

    def is_elected(self, r: int) -> bool:
        return self.state.decision.leader == r


def log_end(s: State, r: int) -> int:
    """First offset that is not in the log of `r`."""
    return len(s.logs[r - 1])


def leads(s: State, r: int) -> bool:
    """`r` believes to lead, rightly or not."""
    return s.replicas[r - 1].leader == r


def follows(s: State, follower: int, leader: int) -> bool:
    return s.replicas[follower - 1].leader == leader != follower


def with_replica(s: State, r: int, **changes: Any) -> State:
    """The state with fields of one replica changed."""
    changed = s.replicas[r - 1]._replace(**changes)
    return State(s.logs, (*s.replicas[: r - 1], changed, *s.replicas[r:]), s.decision, s.published, s.written)


def with_log(s: State, r: int, log: tuple[Entry, ...]) -> State:
    """The state with one log replaced."""
    return State((*s.logs[: r - 1], log, *s.logs[r:]), s.replicas, s.decision, s.published, s.written)


def end_of_epoch(log: tuple[Entry, ...], epoch: int) -> int:
    """First offset at which `log` has a larger epoch than `epoch`; its end if there is none."""
    return sum(entry.epoch <= epoch for entry in log)


def knows_epoch(log: tuple[Entry, ...], epoch: int) -> bool:
    return any(entry.epoch == epoch for entry in log)


def truncation_offset(c: Config, s: State, follower: int, leader: int) -> int:
    """Where a new follower cuts its log, by the rule in force."""
    own, theirs = s.logs[follower - 1], s.logs[leader - 1]
    high_watermark = s.replicas[follower - 1].high_watermark
    if c.rules.truncation == "none":
        return len(own)
    if c.rules.truncation == "high_watermark" or not own:
        return min(high_watermark, len(own))
    last = own[-1].epoch
    if c.rules.truncation == "leader_epoch":
        return min(end_of_epoch(theirs, last), len(own)) if knows_epoch(theirs, last) else high_watermark
    return _matching_end(own, theirs)


def _matching_end(own: tuple[Entry, ...], theirs: tuple[Entry, ...]) -> int:
    """The follower walks back through its epochs until both know one, and takes the smaller end of it (KIP-279)."""
    for epoch in sorted({entry.epoch for entry in own}, reverse=True):
        if knows_epoch(theirs, epoch):
            return min(end_of_epoch(theirs, epoch), end_of_epoch(own, epoch))
    return 0
