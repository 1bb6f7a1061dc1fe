"""C6: a compacted topic takes no record without a key."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from nilometer.clients.batches import Record, encode_batch, wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Produced
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.run import Run
from nilometer.workloads.batches import codecs
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.errors import ErrorCode

CONFIGS = {"cleanup.policy": "compact"}
WITH_RECORD_ERRORS = 8
INVALID_RECORD = ErrorCode.INVALID_RECORD


@requirement(
    id="C6",
    name="retention.key_required",
    level="MUST",
    sentence="A record with null key sent to a compacted topic makes its whole batch fail with INVALID_RECORD (87); "
    "from Produce v8 on record_errors names its index; nothing of the batch is appended",
    profiles=("core",),
    sources=("KIP-467",),
    apis={"Produce": 3, "Fetch": 4, "CreateTopics": 0},
    signatures={
        "null-key-accepted": "a batch with a null key is not answered with INVALID_RECORD on a compacted topic",
        "index-not-named": "record_errors names no record with null key, or one that has a key",
        "refused-but-stored": "a batch was refused for a null key, and records of it are in the log",
    },
)
def check(run: Run) -> None:
    """Batches in which some records have no key, also an empty one, which is a key."""
    keys = st.lists(st.sampled_from((b"k", b"", b"long", None)), min_size=1, max_size=4)
    batches = st.lists(st.tuples(keys, st.sampled_from(codecs(run.versions))), min_size=1, max_size=4)
    directed(run, lambda chosen: send(run, chosen), [[([b"k", None, b""], Compression.NONE)]])
    run.explore(batches, lambda chosen: send(run, chosen), examples=run.cases(2))


def send(run: Run, chosen: Sequence[tuple[list[bytes | None], int]]) -> None:
    """Each batch is its keys and a codec."""
    topic = run.topic(configs=CONFIGS)
    refused: dict[bytes, Produced] = {}
    for number, (keys, codec) in enumerate(chosen):
        values = [f"{number}.{index}".encode() for index in range(len(keys))]
        now = wall_clock_ms()
        records = [Record(-1, now, key, value) for key, value in zip(keys, values, strict=True)]
        produced = run.session.produce(topic, encode_batch(records, compression=codec))
        wrong = [index for index, key in enumerate(keys) if key is None]
        if not wrong:
            continue
        accepted = run.judge(
            produced.error_code == INVALID_RECORD, "null-key-accepted",
            expected=f"INVALID_RECORD (87) for a batch of {len(keys)} whose records {wrong} have no key",
            seen=produced.error, evidence=produced.exchange,
        )  # fmt: skip
        if not produced.ok:
            refused.update(dict.fromkeys(values, produced))
        if accepted and produced.exchange.version >= WITH_RECORD_ERRORS:
            named = record_errors(produced.exchange)
            run.judge(
                bool(named) and set(named) <= set(wrong), "index-not-named",
                expected=f"record_errors with one or more of the indexes {wrong}, and no other",
                seen=f"indexes {named}",
                evidence=produced.exchange,
            )  # fmt: skip
    scan = run.session.scan(topic)
    stored = {record.value: record.offset for record in scan.records}
    for value, produced in refused.items():
        run.judge(
            value not in stored, "refused-but-stored",
            expected=f"no {value!r}: its batch was refused", seen=f"offset {stored.get(value)}",
            evidence=[produced.exchange, *scan.exchanges],
        )  # fmt: skip


def record_errors(exchange: Exchange) -> list[int]:
    """Indexes of the records that the answer complains of."""
    response = exchange.response
    assert isinstance(response, m.ProduceResponse)
    return [
        one.batch_index
        for topic in response.responses
        for part in topic.partition_responses
        for one in part.record_errors
    ]
