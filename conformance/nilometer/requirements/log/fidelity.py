"""L3: what was written is what is read, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from nilometer.checkers.record_content import SIGNATURES, differences
from nilometer.clients.batches import Record, wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Scan, Stored, Topic
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer.workloads.batches import BatchPlan, Written, codecs, plans, random_bytes, write
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.records import BatchHeader

LARGE = 900_000
"""Bytes of a value that, with its batch, stays below the default max.message.bytes of 1,048,588."""
DAY_MS = 86_400_000
OF_TOPIC = ("uncompressed", "gzip", "snappy", "lz4", "zstd")
"""Values of compression.type that make the broker write batches in its own way."""


@requirement(
    id="L3",
    name="log.fidelity",
    level="MUST",
    sentence="A fetched record equals the produced one: key and value (null and empty are different), headers in "
    "order, timestamp as the topic demands; batch borders and codec change only where compression.type asks for it",
    profiles=("smoke", "core"),
    sources=("KIP-82 (headers)", "record batch format 2", "topic setting compression.type"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        **SIGNATURES,
        "record-missing": "an acknowledged record does not read back at its offset",
        "batch-changed": "a batch reads back with other borders or another codec, and compression.type is not set",
    },
)
def check(run: Run) -> None:
    """One awkward batch a codec, one large one, generated ones; then topics that recompress."""
    topic = run.topic()
    usable = codecs(run.versions)
    round_trip(run, topic, [BatchPlan(awkward(codec), codec) for codec in usable])
    for codec in usable[: 1 if run.settings.depth == 1 else None]:
        large = Record(-1, wall_clock_ms(), b"large", random_bytes(LARGE, codec))
        round_trip(run, topic, [BatchPlan((large,), codec)])
    now = wall_clock_ms()
    plan = plans(usable, st.integers(now - DAY_MS, now), records_max=8, size_max=3_000)
    batches = st.lists(plan, min_size=1, max_size=4)
    run.explore(batches, lambda chosen: round_trip(run, run.topic(), chosen), examples=run.cases(1))
    if run.settings.depth > 1:
        for compression_type in OF_TOPIC:
            recompressed(run, compression_type, usable)


def awkward(codec: Compression) -> tuple[Record, ...]:
    """Every difference that a careless codec loses."""
    at = wall_clock_ms()
    headers = (("h", b"1"), ("h", b"1"), ("", b""), ("none", None), ("ä", bytes(range(256))))
    return (
        Record(-1, at, None, f"{codec.name}.0".encode()),
        Record(-1, at + 1, b"", b""),
        Record(-1, at + 2, b"key", None, headers),
        Record(-1, at, b"key", random_bytes(3_000, codec)),
        Record(-1, at - DAY_MS, None, None),
    )


def recompressed(run: Run, compression_type: str, usable: Iterable[Compression]) -> None:
    """A topic that chooses the codec itself."""
    try:
        topic = run.topic(configs={"compression.type": compression_type})
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
        return
    round_trip(run, topic, [BatchPlan(awkward(codec), codec) for codec in usable], keeps_batches=False)


def round_trip(run: Run, topic: Topic, plans: list[BatchPlan], *, keeps_batches: bool = True) -> None:
    """Write all, read all, compare what was acknowledged."""
    acknowledged: list[Written] = []
    for plan in plans:
        written = write(run.session, topic, plan)
        if isinstance(written, Written):
            acknowledged.append(written)
        else:
            run.skip(Reason.REFUSED, f"Produce of {Compression(plan.codec).name}: {written.error}")
    if not acknowledged:
        return
    scan = run.session.scan(topic, acknowledged[0].base_offset)
    read = {one.offset: one for one in scan.stored}
    for written in acknowledged:
        evidence = [written.produced.exchange, *_covering(scan, written)]
        for sent in written.records:
            found = read.get(sent.offset)
            if found is None:
                run.violated(
                    "record-missing",
                    expected=f"the acknowledged record at offset {sent.offset}",
                    seen=f"a scan from {scan.start} to {scan.last.next_offset - 1} without it",
                    evidence=evidence,
                )
                continue
            changed = list(differences(sent, found.record, create_time=not found.batch.header.is_log_append_time))
            for one in changed:
                run.violated(one.signature, expected=one.expected, seen=one.seen, evidence=evidence)
            if not changed:
                run.holds()
        if keeps_batches and written.base_offset in read:
            expected, seen = sent_form(written), stored_form(read[written.base_offset])
            run.judge(expected == seen, "batch-changed", expected=expected, seen=seen, evidence=evidence)


def _covering(scan: Scan, written: Written) -> list[Exchange]:
    """The exchanges of a scan that may show a batch."""
    return [
        one.exchange
        for one in scan.fetches
        if one.fetch_offset < written.next_offset and one.next_offset > written.base_offset
    ]


def sent_form(written: Written) -> str:
    """Borders and codec of a batch as they were sent."""
    last = written.next_offset - 1
    return f"offsets {written.base_offset} to {last}, {Compression(written.plan.codec).name.lower()}"


def stored_form(stored: Stored) -> str:
    """Borders and codec of the batch that a record came in."""
    header: BatchHeader = stored.batch.header
    return f"offsets {header.base_offset} to {header.last_offset}, {header.compression.name.lower()}"
