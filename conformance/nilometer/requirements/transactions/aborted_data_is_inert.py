"""T24: compaction looks at committed records only.

key              written                                    committed view, before and after compaction
kept             "old" committed, "new" aborted             old
not-deleted      "value" committed, tombstone aborted       value
never            "only" aborted                             nothing
replaced         "first" committed, "second" committed      second; "first" goes when the log is compacted
"""

from __future__ import annotations

import time

from nilometer.checkers.committed_view import delivered
from nilometer.clients.batches import Record, data_batch, encode_batch, wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import READ_COMMITTED, Session
from nilometer.clients.transactional import TransactionalProducer
from nilometer.requirement import requirement
from nilometer.requirements._broker_settings import broker_settings
from nilometer.requirements.transactions._world import TRANSACTIONS, served_protocols
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import NotObservable, Reason

COMPACT = {
    "cleanup.policy": "compact", "segment.ms": "200", "min.cleanable.dirty.ratio": "0.001",
    "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1000", "delete.retention.ms": "100",
}  # fmt: skip
SEGMENT_S = 0.25
BACKOFF, BACKOFF_DEFAULT_MS = "log.cleaner.backoff.ms", 8_000
"""How often Kafka's cleaner looks: 15 s by default. Who does not show the setting is given less."""

History = list[tuple[bool, dict[bytes, bytes | None]]]
"""Transactions: whether they commit, and what they write."""


@requirement(
    id="T24",
    name="transactions.aborted_data_is_inert",
    level="MUST",
    sentence="Records of aborted transactions never influence compaction: they neither survive as the latest value nor "
    "remove a committed one",
    profiles=("eos", "core"),
    sources=("KIP-98", "KAFKA-5196"),
    apis={**TRANSACTIONS, "CreateTopics": 0},
    signatures={
        "committed-removed": "after compaction the last committed value of a key is missing",
        "aborted-survives": "after compaction the committed view shows a value that was never committed",
    },
    time_limit_s=90.0,
)  # fmt: skip
def check(run: Run) -> None:
    """Transactions over a few keys, then the committed view before and after the log has been compacted."""
    served = served_protocols(run)
    if run.settings.profile is Profile.SMOKE:
        run.not_observable(Reason.TIME, "the profile smoke does not wait for the log cleaner")
    topic = run.topic(configs=COMPACT)
    producer = TransactionalProducer(run.session, run.name("transactional-id"), served[0])
    producer.init()
    history: History = [
        (True, {b"kept": b"old", b"not-deleted": b"value", b"replaced": b"first"}),
        (False, {b"kept": b"new", b"not-deleted": None, b"never": b"only"}),
        (True, {b"replaced": b"second"}),
        (False, {b"kept": b"newer", b"replaced": None}),
    ]
    for commit, written in history:
        transaction(producer, topic, commit, written)
    exchanges = list(producer.exchanges)
    roll(run.session, topic)
    view, reads = committed_view(run.session, topic)
    if not judge(run, view, history, [*exchanges, *reads], before=True):
        return
    if await_compaction(run, topic):
        view, reads = committed_view(run.session, topic)
        judge(run, view, history, [*exchanges, *reads], before=False)


def transaction(
    producer: TransactionalProducer, topic: Topic, commit: bool, written: dict[bytes, bytes | None]
) -> None:
    """One transaction of one batch; NotObservable unless it works."""
    if producer.protocol.endswith("1"):
        producer.add(topic)
    at = wall_clock_ms()
    records = [Record(-1, at, key, value) for key, value in written.items()]
    sequence = producer.sequences.get((topic.name, 0), 0)
    batch = encode_batch(
        records, producer_id=producer.identity.producer_id, producer_epoch=producer.identity.producer_epoch,
        base_sequence=sequence, transactional=True,
    )  # fmt: skip

    def attempt() -> bool | None:
        produced = producer.produce_once(topic, batch)
        if produced.error_code in (19, 51):
            return None
        if not produced.ok:
            raise NotObservable(Reason.REFUSED, f"Produce in a transaction: {produced.error}")
        return True

    producer.session.until(attempt, "Produce is answered for good")
    producer.sequences[topic.name, 0] = sequence + len(records)
    producer.finished(commit)


def roll(session: Session, topic: Topic) -> None:
    """Let the segment grow old and write into the next ones: only closed segments are compacted."""
    for index in range(2):
        time.sleep(SEGMENT_S)
        session.produce(topic, data_batch(f"roll{index}"))


def committed_view(session: Session, topic: Topic) -> tuple[dict[bytes, bytes], list[Exchange]]:
    """The last value of each key that read_committed delivers; keys that a tombstone removed are left out."""
    scan = session.scan(topic, isolation_level=READ_COMMITTED)
    if not scan.complete:
        raise NotObservable(Reason.INCOMPLETE_READ, f"the read ended with {scan.last.error}")
    view: dict[bytes, bytes] = {}
    for fetched in scan.fetches:
        for record in delivered(fetched.batches, fetched.aborted, fetched.fetch_offset):
            if record.key is not None and record.value is not None:
                view[record.key] = record.value
            elif record.key is not None:
                view.pop(record.key, None)
    return view, scan.exchanges


def judge(run: Run, view: dict[bytes, bytes], history: History, evidence: list[Exchange], *, before: bool) -> bool:
    """Each key is one instance; before the compaction it is the control."""
    committed: dict[bytes, bytes | None] = {}
    for commit, written in history:
        if commit:
            committed.update(written)
    good = True
    for key in sorted({key for _, written in history for key in written}):
        wanted, seen = committed.get(key), view.get(key)
        if before:
            if wanted != seen:
                run.not_observable(
                    Reason.REFUSED, f"before compaction already {key!r} reads as {seen!r}, not {wanted!r} (T2)"
                )
            continue
        signature = "committed-removed" if seen is None else "aborted-survives"
        good &= run.judge(
            wanted == seen, signature, expected=f"{key!r} has the value {wanted!r} after compaction", seen=repr(seen),
            evidence=evidence,
        )  # fmt: skip
    return good


def await_compaction(run: Run, topic: Topic) -> bool:
    """Whether `first` has gone, which a later committed value replaced."""
    wait_s = 1.3 * broker_settings(run.session, BACKOFF).get(BACKOFF, BACKOFF_DEFAULT_MS) / 1_000 + 2.0
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        if all(record.value != b"first" for record in run.session.scan(topic).records):
            return True
        time.sleep(0.25)
        run.session.produce(topic, data_batch("filler"))
    run.skip(Reason.TIME, f"the log was not compacted within {wait_s:g} s")
    return False
