"""A compacted log, before and after a cleaning.

    log = history(run)                 keys that are overwritten, deleted, and written by aborted transactions
    scan = cleaned(run, log)           a scan that no longer shows some record that a later one of its key replaces

When a broker cleans is its own affair: Kafka looks every log.cleaner.backoff.ms, 15 s by default. What is not seen
within that time and some more is not observable, and nothing is judged by a log that was not cleaned.
"""

from __future__ import annotations

import time

from nilometer.clients.batches import Record, wall_clock_ms
from nilometer.clients.observations import Scan
from nilometer.requirements._broker_settings import broker_settings
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import NotObservable, Reason
from nilometer.workloads.batches import BatchPlan, codecs
from nilometer.workloads.known_log import SEGMENT_MS, SMALL_SEGMENTS, KnownLog, TransactionPlan, has_transactions

BACKOFF = "log.cleaner.backoff.ms"
WORK_S = 6.0
"""How long a cleaning may take, once its time has come; all that we wait where the broker does not tell its time."""
PAUSE_S = 0.1
KEYS = 5
BATCHES = 14
CONFIGS = {**SMALL_SEGMENTS, "cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.0"}


def history(run: Run, policy: str = "compact") -> KnownLog:
    """Several segments of a few keys, and one more behind them, which stays active and is not cleaned."""
    if run.settings.profile is Profile.SMOKE:
        run.not_observable(Reason.TIME, "the profile smoke does not wait for a cleaning")
    log = KnownLog(run, run.topic(configs={**CONFIGS, "cleanup.policy": policy}))
    chance, usable, now = run.random, codecs(run.versions), wall_clock_ms()
    for number in range(BATCHES):
        at = now + number * SEGMENT_MS // 3
        records = tuple(
            Record(-1, at, b"k%d" % chance.randrange(KEYS), None if chance.random() < 0.15 else b"%d.%d" % (number, n))
            for n in range(chance.randint(1, 4))
        )
        plan = BatchPlan(records, usable[number % len(usable)])
        if number % 4 == 3 and has_transactions(run):
            log.transact(TransactionPlan((plan,), commit=number % 8 == 3))
        else:
            log.append(plan)
    log.append(BatchPlan((Record(-1, now + BATCHES * SEGMENT_MS, b"end", b"end"),)))
    return log


def latest(log: KnownLog) -> dict[bytes, int]:
    """Offset of the last committed record of each key."""
    found: dict[bytes, int] = {}
    for offset, record in sorted(log.records.items()):
        if offset not in log.aborted:
            found[record.key or b""] = offset
    return found


def cleaned(run: Run, log: KnownLog) -> Scan:
    """The log as soon as a cleaning shows; NotObservable if none does."""
    replaced = set(log.records) - log.aborted - set(latest(log).values())
    patience_s = broker_settings(run.session, BACKOFF).get(BACKOFF, 0) / 1000 + WORK_S
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline and not run.out_of_time:
        scan = run.session.scan(log.topic)
        if scan.complete and replaced - {record.offset for record in scan.records}:
            return scan
        time.sleep(PAUSE_S)
    raise NotObservable(Reason.TIME, f"no cleaning was seen within {patience_s:g} s")
