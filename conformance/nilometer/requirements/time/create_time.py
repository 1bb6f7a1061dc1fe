"""TI7: the producer's time, and how far it may lie from now."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from nilometer.clients.batches import Record, encode_batch, wall_clock_ms
from nilometer.requirement import requirement
from nilometer.requirements.time._queries import HOUR_MS
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer.workloads.batches import codecs
from nilometer_reference.wire.errors import ErrorCode

BEFORE_MS, AFTER_MS = 2 * HOUR_MS, HOUR_MS
MARGIN_MS = HOUR_MS // 2
"""How far from a bound generated timestamps stay: the broker's clock and ours may differ by this."""
CONFIGS = {
    "message.timestamp.type": "CreateTime",
    "message.timestamp.before.max.ms": str(BEFORE_MS),
    "message.timestamp.after.max.ms": str(AFTER_MS),
}
INVALID_TIMESTAMP = ErrorCode.INVALID_TIMESTAMP
DISTANCES = {
    "good": (-BEFORE_MS + MARGIN_MS, AFTER_MS - MARGIN_MS),
    "old": (-20 * HOUR_MS, -BEFORE_MS - MARGIN_MS),
    "new": (AFTER_MS + MARGIN_MS, 20 * HOUR_MS),
}
"""From now to a record's timestamp, both ends inclusive."""


@requirement(
    id="TI7",
    name="time.create_time",
    level="MUST",
    sentence="With CreateTime the producer's timestamp is kept; one that lies further from now than "
    "message.timestamp.before.max.ms or message.timestamp.after.max.ms answers INVALID_TIMESTAMP (32), and nothing "
    "of the batch is appended",
    profiles=("core",),
    sources=("KIP-32", "KIP-937"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "timestamp-changed": "a record reads back with another timestamp than the producer's",
        "too-old-accepted": "a batch with a record before the bound is not answered with INVALID_TIMESTAMP",
        "too-new-accepted": "a batch with a record beyond the bound is not answered with INVALID_TIMESTAMP",
        "good-refused": "a batch whose records are all within the bounds is answered with INVALID_TIMESTAMP",
        "refused-but-stored": "a batch was answered with INVALID_TIMESTAMP, and records of it are in the log",
    },
)
def check(run: Run) -> None:
    """Batches in which no record, or one, lies out of bounds."""
    record = st.sampled_from(("good", "good", "good", "old", "new"))
    batch = st.tuples(st.lists(record, min_size=1, max_size=4), st.sampled_from(codecs(run.versions)))
    run.explore(st.lists(batch, min_size=2, max_size=5), lambda chosen: send(run, chosen), examples=run.cases(1))


def send(run: Run, chosen: Sequence[tuple[list[str], int]]) -> None:
    """Each batch is where its records lie, and a codec."""
    try:
        topic = run.topic(configs=CONFIGS)
    except NotObservable as missing:
        run.not_observable(missing.reason, missing.detail)
    sent: list[tuple[bool, dict[bytes, int]]] = []
    exchanges = []
    for number, (kinds, codec) in enumerate(chosen):
        now = wall_clock_ms()
        times = {f"{number}.{n}".encode(): now + run.random.randint(*DISTANCES[kind]) for n, kind in enumerate(kinds)}
        records = [Record(-1, at, None, value) for value, at in times.items()]
        produced = run.session.produce(topic, encode_batch(records, compression=codec))
        exchanges.append(produced.exchange)
        wrong = [kind for kind in kinds if kind != "good"]
        relative = ", ".join(f"{(at - now) / HOUR_MS:+.1f} h" for at in times.values())
        if wrong:
            run.judge(
                produced.error_code == INVALID_TIMESTAMP, f"too-{wrong[0]}-accepted",
                expected=f"INVALID_TIMESTAMP (32) for timestamps of {relative} from now, allowed are -2 h to +1 h",
                seen=produced.error, evidence=produced.exchange,
            )  # fmt: skip
        else:
            run.judge(
                produced.error_code != INVALID_TIMESTAMP, "good-refused",
                expected=f"no INVALID_TIMESTAMP for timestamps of {relative} from now, allowed are -2 h to +1 h",
                seen=produced.error, evidence=produced.exchange,
            )  # fmt: skip
        sent.append((produced.error_code == INVALID_TIMESTAMP, times))
    scan = run.session.scan(topic)
    read = {one.value: one for one in scan.records}
    for (refused, times), exchange in zip(sent, exchanges, strict=True):
        evidence = [exchange, *scan.exchanges]
        for value, at in times.items():
            found = read.get(value)
            if refused:
                run.judge(
                    found is None, "refused-but-stored",
                    expected=f"no {value!r}, whose batch was refused", seen=f"offset {found.offset if found else ''}",
                    evidence=evidence,
                )  # fmt: skip
            elif found is not None:
                run.judge(
                    found.timestamp == at, "timestamp-changed",
                    expected=f"timestamp {at} of {value!r}", seen=f"timestamp {found.timestamp}", evidence=evidence,
                )  # fmt: skip
