"""T7: the list of aborted transactions lets a reader drop every aborted record, and nothing else."""

from __future__ import annotations

from nilometer.checkers.committed_view import delivered
from nilometer.clients.observations import Fetched
from nilometer.clients.session import READ_COMMITTED
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._programs import SHORTEST, Program, perform, programs
from nilometer.requirements.transactions._world import TRANSACTIONS, Outcome, Transaction, World, shown
from nilometer.run import Run

PORTIONS = (1, 200, 50 << 20)
"""`partition_max_bytes`: one batch, a few, everything."""


@requirement(
    id="T7",
    name="transactions.aborted_index",
    level="MUST",
    sentence="For isolation level 1 the list of aborted transactions of a response is complete and true: the standard "
    "filter drops every aborted record returned and no committed one",
    profiles=("eos",),
    sources=("KIP-98", "KIP-227", "redpanda #7081"),
    apis=TRANSACTIONS,
    signatures={
        "aborted-not-listed": "an aborted record of the response passes the filter: its transaction is not listed",
        "committed-hidden": "the filter drops a committed record of the response",
        "entry-untrue": "an entry is not an aborted transaction with its producer id and first offset",
    },
)
def check(run: Run) -> None:
    """Every offset of every partition as a place to begin, in three sizes, once all transactions have ended."""

    def example(program: Program) -> None:
        world = World(run)
        perform(world, program)
        world.settle()
        for partition in range(world.partitions):
            end = world.until_stable(partition, 0).high_watermark
            truth = aborted_transactions(world, partition)
            for start in range(end):
                for size in PORTIONS:
                    fetched = world.reader.fetch(
                        world.topic, start, partition=partition, isolation_level=READ_COMMITTED, max_bytes=size,
                        partition_max_bytes=size,
                    )  # fmt: skip
                    if fetched.ok:
                        judge(run, world, partition, fetched, truth)

    directed(run, example, [SHORTEST])
    run.explore(programs(), example, examples=run.cases(1))


def aborted_transactions(world: World, partition: int) -> dict[tuple[int, int], Transaction]:
    """Those with records in the partition, by producer id and first offset."""
    return {
        (one.identity.producer_id, min(one.writes[partition])): one
        for one in world.history
        if one.outcome is Outcome.ABORTED and one.writes.get(partition)
    }


def judge(run: Run, world: World, partition: int, fetched: Fetched, truth: dict[tuple[int, int], Transaction]) -> None:
    """Each response is one instance."""
    passed = {one.offset: one.value or b"" for one in delivered(fetched.batches, fetched.aborted, fetched.fetch_offset)}
    listed = [(one.producer_id, one.first_offset) for one in fetched.aborted or []]
    untrue = [one for one in listed if one not in truth]
    expected = {
        at: v for at, v in world.expected(partition).items() if fetched.fetch_offset <= at < fetched.next_offset
    }
    evidence = world.evidence([fetched.exchange])
    wrong = {at: value for at, value in passed.items() if expected.get(at) != value}
    missing = {at: value for at, value in expected.items() if passed.get(at) != value}
    list_text = ", ".join(f"producer {one} from {first}" for one, first in listed) or "nothing"
    what = f"in the response from offset {fetched.fetch_offset} to {fetched.next_offset} of partition {partition}"
    run.judge(
        not wrong, "aborted-not-listed", expected=f"{shown(expected)} {what}", evidence=evidence,
        seen=f"also {shown(wrong)}; listed as aborted: {list_text}",
    )  # fmt: skip
    run.judge(
        not missing, "committed-hidden", expected=f"{shown(expected)} {what}", evidence=evidence,
        seen=f"{shown(missing)} dropped; listed as aborted: {list_text}",
    )  # fmt: skip
    known = ", ".join(f"producer {one} from {first}" for one, first in sorted(truth)) or "none"
    run.judge(
        not untrue, "entry-untrue", evidence=evidence, seen=f"{list_text} {what}",
        expected=f"only entries of aborted transactions: {known}",
    )  # fmt: skip
