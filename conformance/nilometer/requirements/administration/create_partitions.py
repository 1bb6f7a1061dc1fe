"""A3: partitions are added, never taken away, and data stays where it is."""

from __future__ import annotations

from nilometer.clients.batches import data_batch
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.administration._topics import controller
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.create_partitions import CreatePartitionsTopic


@requirement(
    id="A3",
    name="admin.create_partitions",
    level="MUST",
    sentence="The number of partitions only grows, otherwise INVALID_PARTITIONS (37); existing data stays where it is, "
    "and the response names every requested topic",
    profiles=("admin",),
    sources=("KIP-195",),
    apis={"CreateTopics": 0, "CreatePartitions": 0, "Metadata": 1},
    signatures={
        "not-named": "the response does not name every topic that was asked for, each once",
        "wrong-answer": "the error code is not the one that the numbers of partitions demand",
        "not-grown": "an accepted change is not seen within T",
        "changed-all-the-same": "a refused or merely validated change was made",
        "data-moved": "records are not where they were before",
    },
)
def check(run: Run) -> None:
    """Two topics with a record each: grow, shrink, keep, unknown, validate only."""
    first, second = run.topic(), run.topic()
    for topic in (first, second):
        if not run.session.produce(topic, data_batch(topic.name)).ok:
            run.not_observable(Reason.REFUSED, "a record could not be written")
    unknown = run.name("unknown-topic")
    ask(run, {first.name: 3}, {first.name: 0}, validate_only=True)
    counted(run, first.name, 1, "changed-all-the-same")
    wanted = {first.name: 0, second.name: ErrorCode.INVALID_PARTITIONS, unknown: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}
    ask(run, {first.name: 3, second.name: 1, unknown: 2}, wanted)
    counted(run, first.name, 3, "not-grown")
    counted(run, second.name, 1, "changed-all-the-same")
    ask(run, {first.name: 2}, {first.name: ErrorCode.INVALID_PARTITIONS})
    counted(run, first.name, 3, "changed-all-the-same")
    for topic in (first, second):
        scan = run.session.scan(topic)
        found = [record.value for fetched in scan.fetches for record in fetched.records]
        run.judge(
            found == [f"{topic.name}.0".encode()], "data-moved", expected="the one record of partition 0", seen=found,
            evidence=[fetched.exchange for fetched in scan.fetches],
        )  # fmt: skip


def ask(run: Run, counts: dict[str, int], wanted: dict[str, int], *, validate_only: bool = False) -> Exchange:
    """One CreatePartitions, judged."""
    topics = [CreatePartitionsTopic(name, count, None) for name, count in counts.items()]
    request = m.CreatePartitionsRequest(topics, 10_000, validate_only)
    exchange = run.session.call(request, node=controller(run))
    response = exchange.response
    assert isinstance(response, m.CreatePartitionsResponse)
    names = sorted(result.name for result in response.results)
    run.judge(names == sorted(counts), "not-named", expected=sorted(counts), seen=names, evidence=exchange)
    for result in response.results:
        code = wanted.get(result.name, 0)
        run.judge(
            result.error_code == code, "wrong-answer", expected=f"{result.name}: {named(code)}",
            seen=named(result.error_code), evidence=exchange,
        )  # fmt: skip
    return exchange


def counted(run: Run, name: str, wanted: int, signature: str) -> None:
    """Metadata shows so many partitions, within T where they are to grow."""
    seen = -1

    def look() -> bool | None:
        nonlocal seen
        seen = sum(len(topic.partitions) for topic in run.session.metadata([name]).topics)
        return True if seen == wanted or signature != "not-grown" else None

    try:
        run.session.until(look, f"{name} has {wanted} partitions", within_s=run.liveness_s)
    finally:
        run.judge(seen == wanted, signature, expected=f"{wanted} partitions", seen=seen)
