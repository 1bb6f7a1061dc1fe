"""T2: a read_committed reader never delivers a record of an aborted transaction."""

from __future__ import annotations

from nilometer.clients.exchange import Exchange
from nilometer.requirement import requirement
from nilometer.requirements._broker_settings import broker_settings
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._programs import SHORTEST, Program, Read, perform, programs
from nilometer.requirements.transactions._world import TRANSACTIONS, Committed, Outcome, World, shown
from nilometer.run import Run
from nilometer.verdict import Reason

TIMEOUT_MS = 300
CLEANUP = "transaction.abort.timed.out.transaction.cleanup.interval.ms"
LONGEST_MS = 1_000


@requirement(
    id="T2",
    name="transactions.no_aborted_read",
    level="MUST",
    sentence="A read_committed reader never delivers a record of a transaction that was aborted by its producer, by a "
    "time-out or by fencing",
    profiles=("smoke", "eos"),
    sources=("KIP-98", "redpanda #3036", "Jepsen report on Redpanda 21.10"),
    apis=TRANSACTIONS,
    signatures={"aborted-delivered": "a record of an aborted transaction passes the filter that consumers apply"},
)
def check(run: Run) -> None:
    """Programs read while they run and afterwards, from many places and in small portions; then a time-out."""

    def example(program: Program) -> None:
        world = World(run)
        reads: list[Committed] = []
        perform(world, program, on_read=lambda step: reads.append(look(world, step)))
        world.settle()
        for partition in range(world.partitions):
            reads.append(world.read(partition))
            for start in sorted({0, *run.random.sample(range(20), 3)}):
                reads.append(world.read(partition, start, max_bytes=1))
        judge(run, world, reads)

    directed(run, example, [SHORTEST])
    timed_out(run)
    run.explore(programs(reads=True), example, examples=run.cases(2))


def look(world: World, step: Read) -> Committed:
    """Read a partition while transactions are open."""
    return world.read(step.partition)


def judge(run: Run, world: World, reads: list[Committed]) -> None:
    """Each aborted transaction that wrote something is one instance."""
    for transaction in world.history:
        if transaction.outcome is not Outcome.ABORTED or not transaction.values:
            continue
        for read in reads:
            wrong = {at: value for at, value in read.values.items() if value in transaction.values}
            if wrong:
                run.violated(
                    "aborted-delivered", expected=f"no record of {transaction}",
                    seen=f"partition {read.partition}: {shown(wrong)} delivered from {read.fetches[0].fetch_offset} on",
                    evidence=[*transaction.exchanges, *_that_deliver(read, min(wrong))],
                )  # fmt: skip
                break
        else:
            run.holds()


def _that_deliver(read: Committed, offset: int) -> list[Exchange]:
    """The fetch that brought an offset."""
    return [one.exchange for one in read.fetches if one.fetch_offset <= offset < one.next_offset] or read.exchanges


def timed_out(run: Run) -> None:
    """A transaction that nobody ends, where the coordinator looks often enough; elsewhere T13 waits for it."""
    wait_ms = broker_settings(run.session, CLEANUP).get(CLEANUP)
    if wait_ms is None or wait_ms > LONGEST_MS:
        run.skip(Reason.TIME, f"{CLEANUP}={wait_ms}: T13 waits for an abort by time-out, this one does not")
        return
    world = World(run, producers=1, partitions=1, timeout_ms=TIMEOUT_MS)
    world.write(0, records=2)
    world.write_plain()
    if world.unsettled((TIMEOUT_MS + wait_ms) / 1_000 + run.liveness_s) is not None:
        run.skip(Reason.NO_ANSWER, f"a transaction with a time-out of {TIMEOUT_MS} ms stays open (T13)")
        return
    world.close(0, Outcome.ABORTED, f"its time-out of {TIMEOUT_MS} ms has passed")
    judge(run, world, [world.read(0), world.read(0, max_bytes=1)])
