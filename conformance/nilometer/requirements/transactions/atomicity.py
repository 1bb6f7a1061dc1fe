"""T1: of a transaction's records and offsets readers finally see all or none."""

from __future__ import annotations

from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._offsets import STABLE, await_group_offset
from nilometer.requirements.transactions._programs import SHORTEST, Offsets, Program, perform, programs
from nilometer.requirements.transactions._world import TRANSACTIONS, Outcome, World, shown
from nilometer.run import Run

NO_OFFSET = -1


@requirement(
    id="T1",
    name="transactions.atomicity",
    level="MUST",
    sentence="Of the records and offset commits of one transaction readers finally see all or none: all if "
    "EndTxn(commit) succeeded, none if it was aborted or fenced",
    profiles=("smoke", "eos"),
    sources=("KIP-98", "KAFKA-10080", "KAFKA-14402"),
    apis=TRANSACTIONS,
    signatures={
        "torn": "of one transaction some records are visible and others are not",
        "committed-not-visible": "no record of a committed transaction is visible",
        "aborted-visible": "all records of an aborted transaction are visible",
        "offsets-torn": "a group's committed offset is not that of its last committed transaction",
        "never-settled": "all transactions have ended, and the last stable offset stays below the high watermark",
    },
)
def check(run: Run) -> None:
    """Programs of two producers, then every partition and group read to the end."""
    with_offsets = run.versions.serves("OffsetFetch", STABLE) and run.versions.serves("TxnOffsetCommit")
    hangs = False

    def example(program: Program) -> None:
        nonlocal hangs
        if hangs:
            return  # it takes T to see it: once is enough
        world = World(run)
        perform(world, program)
        world.end_all()
        stuck = world.unsettled()
        hangs = stuck is not None
        run.judge(
            stuck is None, "never-settled",
            expected=f"a last stable offset equal to the high watermark {run.liveness_s:g} s after the last EndTxn",
            seen=f"{stuck.last_stable_offset} and {stuck.high_watermark}" if stuck else "", 
            evidence=world.evidence([stuck.exchange] if stuck else []),
        )  # fmt: skip
        if not hangs:
            judge_records(run, world)
            hangs = not judge_offsets(run, world)

    offsets: Program = [Offsets(0, 0, 7), Offsets(0, 1, 8), Offsets(1, 0, 9)] if with_offsets else []
    directed(run, example, [[*SHORTEST, *offsets]])
    run.explore(programs(offsets=with_offsets), example, examples=run.cases(2))


def judge_records(run: Run, world: World) -> None:
    """Each transaction that wrote is one instance."""
    reads = [world.read(partition) for partition in range(world.partitions)]
    if not all(read.complete for read in reads):
        return
    visible = {(read.partition, offset): value for read in reads for offset, value in read.values.items()}
    fetches = [one for read in reads for one in read.exchanges]
    for transaction in world.history:
        written = {(p, at): value for p, values in transaction.writes.items() for at, value in values.items()}
        if not written or transaction.outcome is Outcome.UNKNOWN:
            continue
        seen = {at: value for at, value in written.items() if visible.get(at) == value}
        committed = transaction.outcome is Outcome.COMMITTED
        signature = (
            "torn" if 0 < len(seen) < len(written) else "committed-not-visible" if committed else "aborted-visible"
        )
        run.judge(
            len(seen) == (len(written) if committed else 0), signature,
            expected=f"{'all' if committed else 'none'} of {_places(written)}: {transaction}",
            seen=f"{_places(seen)} visible", evidence=[*transaction.exchanges, *fetches],
        )  # fmt: skip


def judge_offsets(run: Run, world: World) -> bool:
    """Each partition of a group to which offsets were sent is one instance; False after one that was waited for."""
    last: dict[tuple[int, int], int] = {}
    touched: set[tuple[int, int]] = set()
    for transaction in world.history:
        for partition, offset in transaction.offsets.items():
            touched.add((transaction.producer, partition))
            if transaction.outcome is Outcome.COMMITTED:
                last[transaction.producer, partition] = offset
    for producer, partition in sorted(touched):
        group, wanted = world.groups[producer], last.get((producer, partition), NO_OFFSET)

        found = await_group_offset(world.reader, group, world.topic, partition, wanted=wanted, within_s=run.liveness_s)
        right = found.error_code == 0 and found.offset == wanted
        run.judge(
            right, "offsets-torn",
            expected=f"offset {wanted} of partition {partition}: that of the last committed transaction of {group}",
            seen=found, evidence=world.evidence([found.exchange]),
        )  # fmt: skip
        if not right:
            return False
    return True


def _places(values: dict[tuple[int, int], bytes]) -> str:
    parts = []
    for partition in sorted({partition for partition, _ in values}):
        parts.append(f"partition {partition}: {shown({at: v for (p, at), v in values.items() if p == partition})}")
    return ", ".join(parts) or "no record"
