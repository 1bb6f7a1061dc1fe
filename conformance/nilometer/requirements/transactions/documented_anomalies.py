"""T5: what Kafka does not exclude, counted.

N1  two transactions write two partitions in opposite orders                  (write cycle, G0)
N3  one reader sees X without Y, another Y without X                          (no snapshot over partitions)
N4  after a commit one partition shows the transaction, another does not yet
N9  another producer's record stands between two of one transaction
"""

from __future__ import annotations

from nilometer.clients.session import READ_COMMITTED
from nilometer.requirement import requirement
from nilometer.requirements.transactions._world import TRANSACTIONS, World
from nilometer.run import Run


@requirement(
    id="T5",
    name="transactions.documented_anomalies",
    level="INFO",
    sentence="Phenomena that Kafka does not exclude are counted: write cycles, fractured reads, interleaved records",
    profiles=("eos",),
    sources=("Kafka design document", "Jepsen reports on Redpanda and Bufstream"),
    apis=TRANSACTIONS,
    signatures={"observed": "one of the documented phenomena was observed"},
)
def check(run: Run) -> None:
    """Two transactions in opposite orders, and readers that look the moment the commit was acknowledged."""
    rounds = run.cases(2)
    write_cycles = fractured = interleaved = 0
    for _ in range(rounds):
        world = World(run, producers=2)
        for producer, partition in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)):
            world.write(producer, partition)
        first, second = world.history[:2]
        write_cycles += min(first.writes[0]) < min(second.writes[0]) and min(first.writes[1]) > min(second.writes[1])
        interleaved += any(min(first.writes[0]) < at < max(first.writes[0]) for at in second.writes[0])
        world.end(0, True)
        visible = [bool(first.values & set(world.read(partition, within_s=0).values.values())) for partition in (0, 1)]
        fractured += visible[0] != visible[1]
        world.end(1, True)
        at_once = world.reader.fetch(world.topic, 0, isolation_level=READ_COMMITTED)
        fractured += at_once.last_stable_offset < at_once.high_watermark
        run.holds()
    run.note(f"N1 write cycles: {write_cycles} of {rounds} pairs of transactions in opposite orders")
    run.note(f"N4 fractured reads: {fractured} of {2 * rounds} reads right after an acknowledged commit")
    run.note(f"N9 records of others inside a transaction: {interleaved} of {rounds}")
