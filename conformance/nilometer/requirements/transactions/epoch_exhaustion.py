"""T20: epochs rise, end in time, and are followed by a new producer id.

last epoch that a client is given      32766; 32767 is for fencing alone (Kafka's `isEpochExhausted`)
after it                               a new producer id with a low epoch

Where a new transactional id begins near the end (a setting of the reference broker) the border is always looked at;
elsewhere it takes 32,000 requests, and the profiles full and soak do that.
"""

from __future__ import annotations

from enum import StrEnum

from hypothesis import strategies as st

from nilometer.clients.observations import named
from nilometer.clients.session import TRANSACTION
from nilometer.clients.transactional import PASSES, Identity, Protocol, TransactionalProducer
from nilometer.requirement import requirement
from nilometer.requirements._broker_settings import broker_settings
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m

EPOCH_MAX = 32_767
NEAR = 32_000
"""A new transactional id that begins above this is near the end."""
LOW = 1_000
MOVES = {Profile.SMOKE: 5}
MOVES_OTHERWISE = 15
TIMEOUT_MS = 300
CLEANUP, CLEANUP_LONGEST_MS = "transaction.abort.timed.out.transaction.cleanup.interval.ms", 1_000
"""Where aborts by time-out come later than this they are left out."""


class Move(StrEnum):
    """What a producer does, each of which may raise its epoch."""

    INIT = "InitProducerId of a new instance"
    RESUME = "InitProducerId with its own identity"
    COMMIT = "a transaction that commits"
    ABORT = "a transaction that aborts"
    ABANDON = "a transaction that a new instance aborts"
    TIME_OUT = "a transaction that its time-out aborts, a late abort of its producer, and a new instance"


@requirement(
    id="T20",
    name="transactions.epoch_exhaustion",
    level="MUST",
    sentence="Producer epochs stay within 0 and 32767 and never decrease for one producer id; before they run out the "
    "broker answers a new producer id with a low epoch, and the transactional id stays usable",
    profiles=("eos",),
    sources=("KIP-360", "KIP-890", "KAFKA-19367", "KAFKA-20090"),
    apis=TRANSACTIONS,
    signatures={
        "epoch-out-of-range": "an epoch below 0 or above 32766 was answered to a client",
        "epoch-decreased": "a lower epoch was answered for a producer id than before",
        "new-id-high-epoch": "a new producer id was answered with a high epoch",
        "id-came-back": "a producer id was answered again after another one had taken its place",
        "identity-refused": "a request with the identity that was answered last was refused",
        "stuck": "a transaction could not be ended, or its partition does not come to rest",
    },
    time_limit_s=600.0,
)
def check(run: Run) -> None:
    """A few bumps of every kind; then over the border where that is possible."""
    longest = MOVES.get(run.settings.profile, MOVES_OTHERWISE)
    quick: list[Move] = [one for one in Move if one is not Move.TIME_OUT]
    moves = st.lists(st.sampled_from(quick), min_size=3, max_size=longest)
    served = served_protocols(run)

    def example(case: tuple[Protocol, list[Move]]) -> None:
        walk(run, *case)

    for protocol in served:
        every = [Move.INIT, Move.COMMIT, Move.ABANDON, Move.RESUME, Move.ABORT, Move.ABANDON]
        directed(run, example, [(protocol, every)])
    run.explore(st.tuples(st.sampled_from(served), moves), example, examples=run.cases(1))
    for protocol in served:
        over_the_border(run, protocol)


def walk(run: Run, protocol: Protocol, moves: list[Move]) -> None:
    """One transactional id from its first epoch on."""
    world = World(run, producers=1, partitions=1, protocol=protocol)
    ledger = Ledger(run, world)
    for step in moves:
        ledger.move(step)
    ledger.rest()


class Ledger:
    """The identities of one transactional id in the order in which they were answered."""

    def __init__(self, run: Run, world: World) -> None:
        self.run, self.world = run, world
        self.given = [world.actors[0].identity]

    @property
    def producer(self) -> TransactionalProducer:
        """The present instance."""
        return self.world.actors[0]

    def move(self, step: Move) -> None:
        """Do it and judge the identity that comes of it."""
        producer, topic = self.producer, self.world.topic
        try:
            match step:
                case Move.RESUME:
                    producer.init(resume=True)
                case Move.INIT:
                    self._replace()
                case Move.TIME_OUT:
                    self._time_out()
                case Move.COMMIT | Move.ABORT | Move.ABANDON:
                    answered = producer.write(topic, self.world.values(1))
                    if answered.ok and step is not Move.ABANDON:
                        answered = producer.end(step is Move.COMMIT)
                    if self._accepted(answered.ok, f"{answered.exchange.api}: {named(answered.error_code)}", step):
                        if step is Move.ABANDON:
                            self._replace()
                    else:
                        raise NotObservable(Reason.REFUSED, "the identity was refused")
        except NotObservable as missing:
            if missing.reason is Reason.REFUSED and "InitProducerId" in missing.detail:
                self._accepted(False, missing.detail, step)
            raise
        self.note(self.producer.identity)

    def _time_out(self) -> None:
        """KAFKA-20090: the fencing abort may take the last epoch, and the late abort must not keep it open."""
        self._replace(timeout_ms=TIMEOUT_MS)
        self.note(self.producer.identity)
        written = self.producer.write(self.world.topic, self.world.values(1))
        self._accepted(written.ok, f"{written.exchange.api}: {named(written.error_code)}", Move.TIME_OUT)
        self.rest()
        self.producer.end(False)  # whatever the answer is
        self._replace()

    def _replace(self, timeout_ms: int = 60_000) -> None:
        old = self.producer
        new = TransactionalProducer(old.session, old.transactional_id, old.protocol, timeout_ms=timeout_ms)
        self.world.actors[0] = new
        new.exchanges = old.exchanges[-12:]
        new.init()

    def _accepted(self, ok: bool, seen: str, step: Move) -> bool:
        return self.run.judge(
            ok, "identity-refused", expected=f"{step} succeeds with {self.given[-1]}, which was answered last",
            seen=seen, evidence=self.producer.exchanges[-8:],
        )  # fmt: skip

    def note(self, identity: Identity) -> None:
        """One more identity is one instance."""
        before, run = self.given[-1], self.run
        evidence = self.producer.exchanges[-6:]
        epoch = identity.producer_epoch
        run.judge(
            0 <= epoch < EPOCH_MAX, "epoch-out-of-range", expected="an epoch of 0 to 32766 after " + str(before),
            seen=identity, evidence=evidence,
        )  # fmt: skip
        if identity.producer_id == before.producer_id:
            run.judge(
                epoch >= before.producer_epoch, "epoch-decreased", seen=identity, evidence=evidence,
                expected=f"{before.producer_epoch} or more after {before}",
            )  # fmt: skip
        else:
            known = any(one.producer_id == identity.producer_id for one in self.given)
            run.judge(
                not known,
                "id-came-back",
                expected="an id that was not answered before",
                seen=identity,
                evidence=evidence,
            )
            run.judge(
                epoch < LOW, "new-id-high-epoch", expected=f"a low epoch of the new producer id after {before}",
                seen=identity, evidence=evidence,
            )  # fmt: skip
        self.given.append(identity)

    def rest(self) -> None:
        """Nothing is left open."""
        stuck = self.world.unsettled()
        self.run.judge(
            stuck is None, "stuck", evidence=[*self.producer.exchanges[-12:], *([stuck.exchange] if stuck else [])],
            expected=f"a last stable offset equal to the high watermark within {self.run.liveness_s:g} s",
            seen=f"{stuck.last_stable_offset} and {stuck.high_watermark}" if stuck else "",
        )  # fmt: skip


LAST = EPOCH_MAX - 1
"""The last epoch of a client."""
FEW = [(Move.COMMIT, LAST), (Move.ABANDON, LAST), (Move.TIME_OUT, LAST)]
AFTERWARDS = [Move.COMMIT, Move.ABANDON, Move.ABORT, Move.RESUME, Move.COMMIT]


def over_the_border(run: Run, protocol: Protocol) -> None:
    """Every kind of move at each of the last epochs; a few of them where the way there is long."""
    first = World(run, producers=1, partitions=1, protocol=protocol).actors[0].identity
    near = first.producer_epoch > NEAR
    if not near and run.settings.profile not in (Profile.FULL, Profile.SOAK):
        run.note(f"the border of epochs was not looked at: {first} is the first identity of an id")
        return
    waits = broker_settings(run.session, CLEANUP).get(CLEANUP, CLEANUP_LONGEST_MS + 1) <= CLEANUP_LONGEST_MS
    every = [(move, epoch) for move in Move for epoch in (LAST - 2, LAST - 1, LAST)]
    cases = [case for case in (every if near else FEW) if waits or case[0] is not Move.TIME_OUT]

    def example(case: tuple[Move, int]) -> None:
        move, epoch = case
        ledger = Ledger(run, World(run, producers=1, partitions=1, protocol=protocol))
        # a time-out begins with a new instance, which raises the epoch once more
        approach(ledger, epoch - 1 if move is Move.TIME_OUT else epoch)
        for step in (move, *AFTERWARDS):
            ledger.move(step)
        ledger.rest()

    directed(run, example, cases)


def approach(ledger: Ledger, epoch: int) -> None:
    """InitProducerId again and again, until the epoch is reached or another producer id is answered."""
    producer = ledger.producer
    session = producer.session
    node = session.coordinator(TRANSACTION, producer.transactional_id)
    version = session.version("InitProducerId", at_most=5)
    request = m.InitProducerIdRequest(producer.transactional_id, producer.timeout_ms)
    producer_id = producer.identity.producer_id
    while producer.identity.producer_epoch < epoch and producer.identity.producer_id == producer_id:
        exchange = session.call(request, node=node, version=version)
        response = exchange.response
        assert isinstance(response, m.InitProducerIdResponse)
        if response.error_code in PASSES:
            continue
        if response.error_code != 0:
            raise NotObservable(Reason.REFUSED, f"InitProducerId: {named(response.error_code)}")
        producer.exchanges = [*producer.exchanges[-6:], exchange]
        producer.become(Identity(response.producer_id, response.producer_epoch))
        ledger.note(producer.identity)
