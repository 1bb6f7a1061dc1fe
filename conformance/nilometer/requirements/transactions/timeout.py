"""T13: the coordinator aborts what is open for longer than its time-out, neither early nor much later, and fences."""

from __future__ import annotations

import time

from nilometer.clients.observations import Fetched, Produced, named
from nilometer.clients.session import TRANSACTION
from nilometer.clients.transactional import PASSES, PASSES_PRODUCE, TransactionalProducer
from nilometer.requirement import requirement
from nilometer.requirements._broker_settings import broker_settings
from nilometer.requirements.transactions._world import TRANSACTIONS, Outcome, World, served_protocols, shown
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode

TIMEOUT_MS = {Profile.SMOKE: 300}
TIMEOUT_OTHERWISE_MS = 1_000
SLACK_MS = 50
"""For clocks that count whole milliseconds."""
CLEANUP, CLEANUP_DEFAULT_MS = "transaction.abort.timed.out.transaction.cleanup.interval.ms", 10_000
LONGEST = "transaction.max.timeout.ms"
FENCED = frozenset({ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_PRODUCER_ID_MAPPING})
DECIDED = frozenset({ErrorCode.INVALID_TXN_STATE})
"""For a commit: under transaction version 2 Kafka takes it for the opposite of the abort that has been decided."""


@requirement(
    id="T13",
    name="transactions.timeout",
    level="MUST",
    sentence="A transaction open for longer than its time-out is aborted, not earlier and not much later, and its "
    "producer is fenced; a time-out of 0 or less, or above transaction.max.timeout.ms, answers "
    "INVALID_TRANSACTION_TIMEOUT (50)",
    profiles=("eos",),
    sources=("KIP-98", "KIP-588", "KAFKA-6119", "KAFKA-19690"),
    apis=TRANSACTIONS,
    signatures={
        "bad-timeout-accepted": "InitProducerId accepted a time-out that is not allowed",
        "bad-timeout-wrong-error": "a time-out that is not allowed was refused with another error",
        "aborted-too-early": "a transaction was aborted before its time-out had passed",
        "aborted-too-late": "a transaction was still open long after its time-out",
        "aborted-visible": "a record of a transaction that timed out is visible",
        "not-fenced": "after the time-out a request of the slow producer was accepted",
        "wrong-error": "after the time-out the slow producer was refused with an error that does not say so",
        "id-unusable": "after the time-out the transactional id could not be used again",
    },
)
def check(run: Run) -> None:
    """Bad time-outs; then a slow producer in each protocol, whose readers wait."""
    served_protocols(run)
    settings = broker_settings(run.session, CLEANUP, LONGEST)
    bad_timeouts(run, settings.get(LONGEST))
    wait_ms = settings.get(CLEANUP, CLEANUP_DEFAULT_MS)
    if run.settings.profile is Profile.SMOKE and wait_ms > 1_000:
        run.skip(Reason.TIME, f"aborts by time-out may come {wait_ms} ms late here; the profile smoke does not wait")
        return
    slow_producers(run, wait_ms)


def bad_timeouts(run: Run, longest_ms: int | None) -> None:
    """Each request is one instance; the upper bound is judged where the broker shows it."""
    session = run.session
    for timeout_ms in [
        0,
        -1,
        -(2**31),
        *([longest_ms + 1, 2**31 - 1] if longest_ms and longest_ms < 2**31 - 1 else []),
    ]:
        transactional_id = run.name("transactional-id")
        node = session.coordinator(TRANSACTION, transactional_id)
        request = m.InitProducerIdRequest(transactional_id, timeout_ms)
        version = session.version("InitProducerId", at_most=5)

        def ask(request: m.InitProducerIdRequest = request, node: int = node, version: int = version) -> int | None:
            code: int = session.call(request, node=node, version=version).response.error_code  # type: ignore[union-attr]
            return None if code in PASSES else code

        code = session.until(ask, "InitProducerId is answered for good")
        expected = f"INVALID_TRANSACTION_TIMEOUT (50) for a time-out of {timeout_ms} ms; {LONGEST}={longest_ms}"
        exchange = run.journal.exchanges[-1]
        if run.judge(code != 0, "bad-timeout-accepted", expected=expected, seen="no error", evidence=exchange):
            right = code == ErrorCode.INVALID_TRANSACTION_TIMEOUT
            run.judge(right, "bad-timeout-wrong-error", expected=expected, seen=named(code), evidence=exchange)


def slow_producers(run: Run, wait_ms: int) -> None:
    """One transaction for each protocol, in a partition of its own."""
    timeout_ms = TIMEOUT_MS.get(run.settings.profile, TIMEOUT_OTHERWISE_MS)
    count = len(served_protocols(run))
    world = World(run, producers=count, partitions=count, timeout_ms=timeout_ms)
    late_ms = timeout_ms + wait_ms + run.liveness_s * 1_000
    last: dict[int, Fetched] = {}
    for producer in range(count):
        written = world.write(producer, partition=producer, records=2)
        first = last[producer] = world.until_stable(producer, 0)
        if _ended(first) and first.high_watermark <= written.base_offset + 2:  # no marker follows the records
            run.not_observable(Reason.REFUSED, "an open transaction does not hold the last stable offset back (T3)")
    begun_ns = [one.exchanges[0].sent_at_ns for one in world.history]
    await_ends(world, last, begun_ns[-1] + int(late_ms * 1e6))
    for producer, fetched in last.items():
        if judge_instant(run, world, producer, begun_ns[producer], fetched, late_ms):
            afterwards(run, world, producer)


def await_ends(world: World, last: dict[int, Fetched], until_ns: int) -> None:
    """Ask all partitions in turn, so that each end is seen when it comes; `last` are their last answers."""
    pause_s = 0.005
    while not all(map(_ended, last.values())) and time.monotonic_ns() < until_ns:
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.1)
        last.update({producer: world.until_stable(producer, 0) for producer, one in last.items() if not _ended(one)})


def _ended(fetched: Fetched) -> bool:
    return fetched.last_stable_offset >= fetched.high_watermark


def judge_instant(run: Run, world: World, producer: int, begun_ns: int, fetched: Fetched, late_ms: float) -> bool:
    """Whether it was aborted, and when that was seen; False if it was not."""
    evidence = world.evidence([fetched.exchange])
    timeout_ms = world.actors[producer].timeout_ms
    assert fetched.exchange.answered_at_ns is not None
    after_ms = (fetched.exchange.answered_at_ns - begun_ns) / 1e6
    what = f"the transaction of {world.history[producer].identity} with a time-out of {timeout_ms} ms"
    if not run.judge(
        _ended(fetched), "aborted-too-late", expected=f"{what} aborted within {late_ms:.0f} ms after its first request",
        seen=f"after {after_ms:.0f} ms last stable offset {fetched.last_stable_offset} below {fetched.high_watermark}",
        evidence=evidence,
    ):  # fmt: skip
        return False
    run.judge(
        after_ms >= timeout_ms - SLACK_MS, "aborted-too-early", expected=f"{what} still open for {timeout_ms} ms",
        seen=f"aborted {after_ms:.0f} ms after its first request was sent", evidence=evidence,
    )  # fmt: skip
    run.note(f"aborted {after_ms:.0f} ms after a transaction with a time-out of {timeout_ms} ms began")
    world.close(producer, Outcome.ABORTED, "its time-out has passed")
    return True


def afterwards(run: Run, world: World, producer: int) -> None:
    """What the slow producer, the readers and a new instance see."""
    slow = world.actors[producer]
    read = world.read(producer)
    visible = {at: value for at, value in read.values.items() if value in world.history[producer].values}
    run.judge(
        not visible, "aborted-visible", expected=f"no record of {world.history[producer]}", seen=shown(visible),
        evidence=world.evidence(read.exchanges),
    )  # fmt: skip
    produced = late_produce(world, slow, producer)
    expected = f"INVALID_PRODUCER_EPOCH (47) for a Produce of {slow.identity} after its transaction timed out"
    if produced is not None:
        _refused(run, world, produced.error_code, expected, frozenset({ErrorCode.INVALID_PRODUCER_EPOCH}), slow)
    answered = slow.end(True)
    codes = " or ".join(named(one) for one in sorted(FENCED | DECIDED))
    expected = f"{codes} for EndTxn(commit) of {slow.identity} after its time-out"
    _refused(run, world, answered.error_code, expected, FENCED | DECIDED, slow)
    old = slow.identity
    new = TransactionalProducer(run.actor(), slow.transactional_id, slow.protocol)
    new.init()
    written = new.write(world.topic, world.values(1), producer)
    ended = new.end(True) if written.ok else written
    run.judge(
        ended.ok, "id-unusable", expected=f"a transaction of {new.identity}, the successor of {old}", 
        seen=f"{ended.exchange.api}: {named(ended.error_code)}", evidence=[*slow.exchanges, *new.exchanges],
    )  # fmt: skip


def late_produce(world: World, slow: TransactionalProducer, partition: int) -> Produced | None:
    """The slow producer goes on as if nothing had happened; None where the leader could not decide."""
    batch = slow.batch(world.topic, world.values(1, "slow."), partition)
    for _ in range(20):
        produced = slow.produce_once(world.topic, batch, partition)
        if produced.error_code not in PASSES_PRODUCE:
            return produced
        time.sleep(0.05)
    return None


def _refused(
    run: Run, world: World, code: int, expected: str, right: frozenset[ErrorCode], slow: TransactionalProducer
) -> None:
    evidence = [*world.evidence(), *slow.exchanges[-2:]]
    if run.judge(code != 0, "not-fenced", expected=expected, seen="no error", evidence=evidence):
        run.judge(code in right, "wrong-error", expected=expected, seen=named(code), evidence=evidence)
