"""T6: read_uncommitted shows everything below the high watermark, and lists no aborted transactions."""

from __future__ import annotations

from nilometer.clients.observations import Fetched, Topic
from nilometer.clients.session import READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._programs import SHORTEST, Program, Read, perform, programs
from nilometer.requirements.transactions._world import TRANSACTIONS, World, shown
from nilometer.run import Run

WITH_ISOLATION = 4
"""The first version of Fetch with an isolation level."""
WITHOUT_IDS = 12


@requirement(
    id="T6",
    name="transactions.uncommitted_view",
    level="MUST",
    sentence="With isolation level 0 a fetch returns all records below the high watermark, those of open and aborted "
    "transactions included, and lists no aborted transactions",
    profiles=("eos",),
    sources=("KIP-98",),
    apis=TRANSACTIONS,
    signatures={
        "record-hidden": "an acknowledged record of a transaction below the high watermark was not returned",
        "aborted-listed": "a fetch with isolation level 0 listed aborted transactions",
    },
)
def check(run: Run) -> None:
    """Programs that look while transactions are open, and after they have ended, in several versions of Fetch."""

    def example(program: Program) -> None:
        world = World(run)
        perform(world, program, on_read=lambda step: look(run, world, step))
        world.settle()
        for partition in range(world.partitions):
            look(run, world, Read(partition))

    directed(run, example, [SHORTEST])
    run.explore(programs(reads=True), example, examples=run.cases(2))


def look(run: Run, world: World, step: Read) -> None:
    """One read from the beginning to the high watermark in each version is one instance."""
    written: dict[int, bytes] = {}
    for transaction in world.history:
        written.update(transaction.writes.get(step.partition, {}))
    if not written:
        return
    for version in versions(run, world.topic):
        fetches = read_all(world, step.partition, version)
        if not fetches[-1].ok:
            continue
        exchanges = [one.exchange for one in fetches]
        listed = [one for fetched in fetches for one in fetched.aborted or []]
        run.judge(
            not listed, "aborted-listed", expected="a null or empty list of aborted transactions at isolation level 0",
            seen=f"{len(listed)} entries", evidence=exchanges,
        )  # fmt: skip
        end = fetches[-1].next_offset
        seen = {one.offset: one.value or b"" for fetched in fetches for one in fetched.records}
        hidden = {at: value for at, value in written.items() if at < end and seen.get(at) != value}
        run.judge(
            not hidden, "record-hidden", expected=f"{shown(written)} as far as they are below {end}",
            seen=shown(seen), evidence=world.evidence(exchanges),
        )  # fmt: skip


def read_all(world: World, partition: int, version: int) -> list[Fetched]:
    """Fetches from offset 0 on, until the high watermark or an answer without records."""
    fetches: list[Fetched] = []
    position = 0
    while True:
        fetched = world.reader.fetch(
            world.topic, position, partition=partition, isolation_level=READ_UNCOMMITTED, version=version
        )
        fetches.append(fetched)
        if not fetched.ok or not fetched.batches or fetched.next_offset >= fetched.high_watermark:
            return fetches
        position = fetched.next_offset


def versions(run: Run, topic: Topic) -> list[int]:
    """The oldest, the last without topic ids, the newest."""
    newest = run.session.version("Fetch", at_most=None if topic.has_id else WITHOUT_IDS)
    oldest = run.session.version("Fetch", at_most=WITH_ISOLATION) if run.versions.range("Fetch") else newest
    return sorted({oldest, min(newest, WITHOUT_IDS), newest})
