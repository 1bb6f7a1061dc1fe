"""W9: a batch that is wrong is refused, and nothing of it is in the log. The rows stand in `_batches.py`."""

from __future__ import annotations

from nilometer.clients.batches import data_batch
from nilometer.clients.observations import ListedOffset, Topic
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import LATEST
from nilometer.requirement import requirement
from nilometer.requirements.wire._batches import BadBatch, bad_batches
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer_reference.wire.errors import error_name


@requirement(
    id="W9",
    name="wire.bad_batches",
    level="MUST",
    sentence="A batch with a wrong CRC, wrong magic, wrong counts or offset range, a control bit from a client, more "
    "than one batch per partition, or an unknown or too new codec is refused and nothing is appended",
    profiles=("core",),
    sources=("KIP-98", "KIP-110 (zstd)", "KIP-467", "Kafka's LogValidator and ProduceRequest.validateRecords"),
    apis={"Produce": 3, "ListOffsets": 1},
    signatures={
        "accepted": "a bad batch was acknowledged",
        "appended": "a bad batch was refused, and the log end offset moved",
        "wrong-code": "a bad batch was refused with another code than Kafka's",
        "log-damaged": "after a bad batch, what is read differs from what was written before",
    },
)
def check(run: Run) -> None:
    """Each bad batch between two looks at the log end offset, with a good record now and then."""
    topic = run.topic()
    good: list[bytes] = []
    for number, bad in enumerate(bad_batches(run.name("value"))):
        version = run.session.version("Produce", at_most=12 if not topic.has_id else None)
        if bad.version_max is not None:
            try:
                version = run.session.version("Produce", at_most=bad.version_max)
            except NotObservable as missing:
                run.skip(missing.reason, missing.detail)
                continue
        judge(run, topic, bad, version)
        if number % 4 == 0:
            value = run.name("good")
            if run.session.produce(topic, data_batch(value)).ok:
                good.append(f"{value}.0".encode())
    scan = run.session.scan(topic)
    read = [record.value for record in scan.records]
    run.judge(
        read == good,
        "log-damaged",
        expected=f"the {len(good)} good records and nothing else",
        seen=[(value or b"").decode("ascii", "replace") for value in read],
        evidence=scan.exchanges,
    )


def judge(run: Run, topic: Topic, bad: BadBatch, version: int) -> None:
    """One row: refused by an error or by closing, and the end does not move."""
    before = run.session.list_offsets(topic, LATEST)
    code: int | None = None
    try:
        produced = run.session.produce(topic, bad.data, version=version)
        code, exchange = produced.error_code, produced.exchange
    except NoAnswer as closed:
        if closed.exchange is None:
            raise
        exchange = closed.exchange
    after = run.session.list_offsets(topic, LATEST)
    evidence = [before.exchange, exchange, after.exchange]
    if code == 0:
        run.violated("accepted", expected=f"a batch with {bad.what} is refused", seen="no error", evidence=evidence)
        return
    run.judge(
        stays(before, after),
        "appended",
        expected=f"log end offset {before.offset} as before the batch with {bad.what}",
        seen=f"{after.offset}",
        evidence=evidence,
    )
    if code is not None and bad.code is not None:
        run.judge(
            code == bad.code,
            "wrong-code",
            expected=f"{bad.code.name} ({int(bad.code)}) for a batch with {bad.what}",
            seen=f"{error_name(code)} ({code})",
            evidence=exchange,
        )


def stays(before: ListedOffset, after: ListedOffset) -> bool:
    """Whether both looks succeeded and agree."""
    return before.ok and after.ok and before.offset == after.offset
