"""T3: nobody sees a record of a transaction before its commit was asked for."""

from __future__ import annotations

from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._programs import SHORTEST, Program, Read, perform, programs
from nilometer.requirements.transactions._world import TRANSACTIONS, Outcome, World, shown
from nilometer.run import Run


@requirement(
    id="T3",
    name="transactions.no_dirty_read",
    level="MUST",
    sentence="A read_committed reader never delivers a record of a transaction before EndTxn(commit) was sent, nor the "
    "producer its own",
    profiles=("eos",),
    sources=("KIP-98", "redpanda #3036"),
    apis=TRANSACTIONS,
    signatures={
        "dirty-read": "a record of an open transaction passes the filter that consumers apply",
        "last-stable-offset-beyond-open": "the last stable offset lies above the first record of an open transaction",
    },
)
def check(run: Run) -> None:
    """Programs that look at a partition after each step that changed one."""

    def example(program: Program) -> None:
        world = World(run)
        perform(world, program, on_read=lambda step: look(run, world, step))
        for partition in range(world.partitions):
            look(run, world, Read(partition))

    directed(run, example, [SHORTEST])
    run.explore(programs(reads=True), example, examples=run.cases(3))


def look(run: Run, world: World, step: Read) -> None:
    """Each open transaction with records in the partition is one instance: it was open before and after the read."""
    writing = [one for one in world.open.values() if one.writes.get(step.partition)]
    if not writing:
        return
    for max_bytes in (50 << 20, 1):
        read = world.read(step.partition, max_bytes=max_bytes, within_s=0.2)
        for transaction in writing:
            assert transaction.outcome is Outcome.OPEN
            evidence = [*transaction.exchanges, *read.exchanges[-4:]]
            dirty = {at: value for at, value in read.values.items() if value in transaction.values}
            run.judge(
                not dirty, "dirty-read", expected=f"no record of {transaction}",
                seen=f"partition {step.partition}: {shown(dirty)} delivered", evidence=evidence,
            )  # fmt: skip
            first = min(transaction.writes[step.partition])
            highest = max(one.last_stable_offset for one in read.fetches)
            run.judge(
                highest <= first, "last-stable-offset-beyond-open",
                expected=f"a last stable offset of {first} or less: there begins {transaction}",
                seen=f"last stable offset {highest}", evidence=evidence,
            )  # fmt: skip
