"""Who may be elected, and what each broker's disk holds. Variables and fields are those of EligibleLeaders.tla.

The heart is `changed`: whatever happens, the controller computes the partition anew, in this order.

    new ISR reaches the minimum       no eligible leader replicas (ELR) are needed
    it does not                       ELR = old ELR and old ISR, without the new ISR, without who restarted uncleanly
    leader still in the ISR, active   stays
    ISR has an active member          the first one leads
    ISR is empty, ELR has one         the first one leads, and is the ISR
    both are empty                    the last known leader, uncleanly: it may have lost what it had
    otherwise                         nobody leads, and the leader is remembered as the last known one
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka with `eligible.leader.replicas.version=1`."""

    elr_enabled: bool = True
    """There are eligible leader replicas, and the ISR may be empty (KIP-966). Without, its last member stays in it."""
    minimum_holds_high_watermark: bool = True
    """The high watermark stands still while the ISR is below min.insync.replicas (KIP-966)."""
    unclean_stop_detected: bool = True
    """A broker that does not present the broker epoch of its last clean stop may have lost records (KAFKA-18635)."""
    elr_cleared_at_minimum: bool = True
    """An ISR that reaches the minimum needs no eligible leaders beside it."""
    elr_without_isr: bool = True
    """A member of the ISR is not listed as an eligible leader, too."""
    leaders_are_active: bool = True
    """A fenced broker is not elected."""
    last_known_leader_returns: bool = True
    """If ISR and ELR are empty, the last known leader is elected when it comes back."""
    restarts_bump_epoch_only: bool = True
    """A broker that registers again without a restart keeps its broker epoch (KAFKA-16952)."""
    unclean_election: bool = False
    """unclean.leader.election.enable: if nobody else can, anybody who is active leads."""


class Config(NamedTuple):
    """Bounds: replicas, records, and how often brokers stop cleanly, crash with a loss, and are fenced."""

    replicas: int = 3
    minimum: int = 2
    """min.insync.replicas."""
    records: int = 1
    stops: int = 1
    crashes: int = 1
    fences: int = 1
    rules: Rules = Rules()


class Broker(NamedTuple):
    """A broker: `up`, `stopped` (cleanly) or `crashed`; what a crash has lost shows when it comes back."""

    log: tuple[int, ...]
    """Records by their numbers."""
    status: str


class Partition(NamedTuple):
    """What the controller has recorded of the partition, and what its leader knows of itself."""

    leader: int | None
    isr: frozenset[int]
    elr: frozenset[int]
    last_known_leader: int | None
    recovering: bool
    """The leader was elected uncleanly, and has not changed the ISR since."""
    election: str
    """How the leader came to office: from the `isr`, the `elr`, as the `last_known` one, or `unclean`."""
    epoch_start: int
    """Log end of the leader when it was elected."""
    high_watermark: int
    """First offset that the leader does not know to be on the whole ISR. A new leader begins at 0: it waits longer."""


class State(NamedTuple):
    """See the module."""

    partition: Partition
    brokers: tuple[Broker, ...]
    fenced: frozenset[int]
    broker_epochs: tuple[int, ...]
    committed: frozenset[int]
    """Records that were ever below a high watermark."""
    written: int
    stops: int
    crashes: int
    fences: int
    """How much of the bounds is used up."""


class View(NamedTuple):
    """A state with its configuration."""

    config: Config
    state: State

    @property
    def is_tolerable(self) -> bool:
        """Fewer brokers have lost records than there are copies of what is committed."""
        return self.state.crashes < effective_minimum(self.config)


def initial(c: Config) -> Iterator[State]:
    everyone = frozenset(range(1, c.replicas + 1))
    partition = Partition(1, everyone, frozenset(), None, False, "isr", 0, 0)
    brokers = (Broker((), "up"),) * c.replicas
    yield State(partition, brokers, frozenset(), (1,) * c.replicas, frozenset(), 0, 0, 0, 0)


def effective_minimum(c: Config) -> int:
    return min(c.minimum, c.replicas)


def log(s: State, r: int) -> tuple[int, ...]:
    return s.brokers[r - 1].log


def is_up(s: State, r: int) -> bool:
    return s.brokers[r - 1].status == "up"


def with_broker(s: State, r: int, broker: Broker) -> State:
    """The state with one broker replaced."""
    return s._replace(brokers=(*s.brokers[: r - 1], broker, *s.brokers[r:]))


def active(c: Config, s: State) -> frozenset[int]:
    """Brokers that may be elected."""
    everyone = frozenset(range(1, c.replicas + 1))
    return everyone - s.fenced if c.rules.leaders_are_active else everyone


def eligible(c: Config, p: Partition, isr: frozenset[int], unclean: frozenset[int]) -> frozenset[int]:
    """The eligible leader replicas beside a new ISR; `unclean` have just shown that they may have lost records."""
    if not c.rules.elr_enabled or (c.rules.elr_cleared_at_minimum and len(isr) >= effective_minimum(c)):
        return frozenset()
    found = (p.elr | p.isr) - unclean
    return found - isr if c.rules.elr_without_isr else found


def _elected(
    c: Config, p: Partition, isr: frozenset[int], elr: frozenset[int], able: frozenset[int]
) -> tuple[int | None, str]:
    """The leader, and how it came to office."""
    if (valid := (isr or elr) & able) and p.leader in valid:
        return p.leader, p.election
    if valid:
        return min(valid), "isr" if isr else "elr"
    may_return = c.rules.elr_enabled and c.rules.last_known_leader_returns and not isr and not elr
    if may_return and p.last_known_leader in able:
        return p.last_known_leader, "last_known"
    if c.rules.unclean_election and able:
        return min(able), "unclean"
    return None, p.election


def changed(
    c: Config, s: State, isr: frozenset[int], able: frozenset[int], unclean: frozenset[int] = frozenset()
) -> State:
    """The controller wants this ISR; `able` may lead. See the table of the module."""
    p = s.partition
    elr = eligible(c, p, isr, unclean)
    leader, election = _elected(c, p, isr, elr, able)
    is_new = leader is not None and leader != p.leader
    alone = frozenset() if leader is None else frozenset({leader})
    if is_new and election == "elr":
        isr, elr = alone, elr - alone
    elif is_new and election != "isr":
        isr, elr = alone, frozenset()
    elif not isr and not c.rules.elr_enabled:
        isr = p.isr
    remembered = p.leader if leader is None and p.last_known_leader is None else p.last_known_leader
    after = p._replace(
        leader=leader, isr=isr, elr=elr, election=election, last_known_leader=None if is_new else remembered,
        recovering=p.recovering or (is_new and election in ("last_known", "unclean")),
    )  # fmt: skip
    if is_new:
        assert leader is not None
        after = after._replace(epoch_start=len(log(s, leader)), high_watermark=0)
    return s._replace(partition=after)
