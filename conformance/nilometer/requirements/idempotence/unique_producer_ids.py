"""I9: no producer id is handed out twice."""

from __future__ import annotations

from nilometer.clients.exchange import Exchange
from nilometer.clients.session import COORDINATOR_ERRORS, Session
from nilometer.requirement import requirement
from nilometer.requirements._restart import may_restart, restart
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode

CONNECTIONS = 6
BLOCK = 1_000
"""Ids that a broker of Kafka gets at a time (KIP-730); more calls than that cross a border."""
PASSES = frozenset({*COORDINATOR_ERRORS, ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.REQUEST_TIMED_OUT})


@requirement(
    id="I9",
    name="idempotence.unique_producer_ids",
    level="MUST",
    sentence="InitProducerId without a transactional id never answers a producer id that was answered before, over "
    "concurrent callers and restarts",
    profiles=("idempotence",),
    sources=("KIP-98", "KIP-730", "KAFKA-20031"),
    apis={"InitProducerId": 0},
    signatures={
        "answered-twice": "one producer id was answered to two requests",
        "not-an-id": "InitProducerId succeeded with a negative producer id",
    },
    time_limit_s=90.0,
)
def check(run: Run) -> None:
    """Many requests in flight on several connections, enough of them to use up a block of ids; then a restart."""
    run.session.init_producer_id()  # waits until the broker has ids to give
    seen: dict[int, Exchange] = {}
    rounds = 3 if run.settings.profile is Profile.SMOKE else 2 * BLOCK // (CONNECTIONS * 50)
    ask_at_once(run, [run.actor() for _ in range(CONNECTIONS)], rounds, 50, seen)
    if run.versions.serves("FindCoordinator", 1):
        for _ in range(5):
            transactional(run, seen)
    if may_restart(run):
        session = restart(run, kill=True)
        session.init_producer_id()
        ask_at_once(run, [session], 1, 50, seen)


def ask_at_once(run: Run, sessions: list[Session], rounds: int, in_flight: int, seen: dict[int, Exchange]) -> None:
    """`in_flight` requests on each connection before the first answer is read."""
    connections = [session.connection() for session in sessions]
    version = run.session.version("InitProducerId", at_most=5)
    for _ in range(rounds):
        if run.out_of_time:
            return
        for connection in connections:
            for _ in range(in_flight):
                connection.send(m.InitProducerIdRequest(None, 60_000), version)
        for _ in range(in_flight):
            for connection in connections:
                judge(run, connection.receive(), seen)


def transactional(run: Run, seen: dict[int, Exchange]) -> None:
    """A new transactional id draws from the same numbers."""
    run.session.init_producer_id(run.name("transactional-id"))
    judge(run, run.journal.exchanges[-1], seen)


def judge(run: Run, exchange: Exchange, seen: dict[int, Exchange]) -> None:
    """Each successful answer is one instance."""
    response = exchange.response
    assert isinstance(response, m.InitProducerIdResponse)
    if response.error_code != ErrorCode.NONE:
        return
    producer_id = response.producer_id
    run.judge(producer_id >= 0, "not-an-id", expected="an id of 0 or more", seen=producer_id, evidence=exchange)
    was = f"an id other than {producer_id}"
    earlier = seen.setdefault(producer_id, exchange)
    run.judge(
        earlier is exchange, "answered-twice", expected=f"{was}, which request #{earlier.number} got",
        seen=f"{producer_id} again", evidence=[earlier, exchange],
    )  # fmt: skip
