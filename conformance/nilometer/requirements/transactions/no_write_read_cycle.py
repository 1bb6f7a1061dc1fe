"""T4: no two transactions have read each other's records, nor any ring of them."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from nilometer.checkers.cycles import shortest_cycle
from nilometer.clients.exchange import Exchange
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._programs import End, Step, Write, perform
from nilometer.requirements.transactions._world import TRANSACTIONS, Transaction, World
from nilometer.run import Run

PRODUCERS = 3


class Consume(NamedTuple):
    """The producer reads a partition with read_committed inside its transaction."""

    producer: int
    partition: int


Steps = list[Step | Consume]


def programs() -> st.SearchStrategy[Steps]:
    """Transactions that read and write."""
    producer, partition = st.integers(0, PRODUCERS - 1), st.integers(0, 1)
    kinds = st.one_of(
        st.builds(Write, producer, partition, st.just(1)),
        st.builds(Consume, producer, partition),
        st.builds(End, producer, st.sampled_from([True, True, False])),
    )
    return st.lists(kinds, min_size=6, max_size=18)


SHORTEST: Steps = [
    Write(0, 0, 1), Write(1, 1, 1), Consume(0, 1), Consume(1, 0), End(0, True), Write(2, 0, 1), Consume(2, 0),
    Consume(1, 0), End(1, True), Consume(2, 1), End(2, True),
]  # fmt: skip


@requirement(
    id="T4",
    name="transactions.no_write_read_cycle",
    level="MUST",
    sentence="With read_committed there is no ring of transactions of which each has read a record of the next",
    profiles=("eos",),
    sources=("KIP-98 (visible only after the commit)",),
    apis=TRANSACTIONS,
    signatures={"cycle": "transactions have read records of each other"},
)
def check(run: Run) -> None:
    """Producers that read while they write; the graph of who has read whom."""

    def example(steps: Steps) -> None:
        world = World(run, producers=PRODUCERS)
        edges: dict[int, set[int]] = {}
        reads: dict[tuple[int, int], Exchange] = {}
        for step in steps:
            if isinstance(step, Consume):
                consume(world, step, edges, reads)
            else:
                perform(world, [step])
        judge(run, world, edges, reads)

    directed(run, example, [SHORTEST])
    run.explore(programs(), example, examples=run.cases(2))


def consume(world: World, step: Consume, edges: dict[int, set[int]], reads: dict[tuple[int, int], Exchange]) -> None:
    """Edges from the reading transaction to the writers of what it was shown."""
    reader = world.begin(step.producer)
    read = world.read(step.partition, within_s=0.2)
    for value in read.values.values():
        writer = world.writer_of(value)
        if writer is not None and writer is not reader:  # its own records: T3
            edges.setdefault(reader.number, set()).add(writer.number)
            reads.setdefault((reader.number, writer.number), read.exchanges[-1])


def judge(run: Run, world: World, edges: dict[int, set[int]], reads: dict[tuple[int, int], Exchange]) -> None:
    """Each edge between two transactions is one instance: none may lie on a ring."""
    cycle = shortest_cycle(edges)
    if cycle is None:
        run.holds(sum(len(one) for one in edges.values()))
        return
    ring = [world.history[number] for number in cycle]
    pairs = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    run.violated(
        "cycle", expected="no ring of transactions that read each other's records",
        seen="; ".join(f"{_short(world.history[a])} has read {_short(world.history[b])}" for a, b in pairs),
        evidence=[*(one for member in ring for one in member.exchanges), *(reads[pair] for pair in pairs)],
    )  # fmt: skip


def _short(transaction: Transaction) -> str:
    return f"transaction {transaction.number} ({transaction.identity})"
