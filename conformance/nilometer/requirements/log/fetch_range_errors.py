"""L16: positions outside the log, and at its end."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.session import EARLIEST, FETCH_WITHOUT_IDS, LATEST, READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.requirements._deleting import delete_records
from nilometer.run import Run
from nilometer.workloads.batches import named_plan
from nilometer.workloads.known_log import KnownLog
from nilometer_reference.wire.errors import ErrorCode

FAR = (1_000, 1 << 31, (1 << 63) - 1)
OUT_OF_RANGE = ErrorCode.OFFSET_OUT_OF_RANGE


@requirement(
    id="L16",
    name="log.fetch_range_errors",
    level="MUST",
    sentence="A fetch below the log start offset or above the log end offset answers OFFSET_OUT_OF_RANGE (1) and no "
    "records; one at the high watermark answers no error and no records",
    profiles=("core",),
    sources=("Fetch API",),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures={
        "no-error-below-start": "a fetch below the log start offset is not answered with OFFSET_OUT_OF_RANGE",
        "no-error-above-end": "a fetch above the log end offset is not answered with OFFSET_OUT_OF_RANGE",
        "error-at-end": "a fetch at the high watermark is answered with an error",
        "records-out-of-range": "a fetch outside the log, or at its end, returns records at or above its position",
    },
)
def check(run: Run) -> None:
    """An empty log, and logs of several batches, as they are and with their beginning deleted."""
    cases = st.tuples(st.lists(st.integers(1, 3), max_size=3), st.booleans())
    probe(run, [], delete=False)
    run.explore(cases, lambda chosen: probe(run, *chosen), examples=run.cases(1))


def probe(run: Run, sizes: list[int], delete: bool = True) -> None:
    """Batches of these sizes; then fetches at, below and above the ends."""
    log = KnownLog(run, run.topic())
    for number, size in enumerate(sizes):
        log.append(named_plan(f"b{number}", size, wall_clock_ms()))
    if delete and sizes and run.versions.serves("DeleteRecords"):
        delete_records(run.session, log.topic, (log.next_offset + 1) // 2)
    start, end = (run.session.list_offsets(log.topic, at) for at in (EARLIEST, LATEST))
    if not (start.ok and end.ok):
        return
    versions = {run.session.version("Fetch", at_most=None if log.topic.has_id else FETCH_WITHOUT_IDS)}
    versions.add(run.session.version("Fetch", at_most=4, at_least=4) if run.settings.depth > 1 else min(versions))
    for version in sorted(versions):
        fetches = Probe(run, log, version)
        for below in {start.offset - 1, 0} - {start.offset}:
            if below >= 0:
                fetches.outside(below, "no-error-below-start", f"log start offset {start.offset}", start.exchange)
        for above in (end.offset + 1, *(end.offset + far for far in FAR[:2]), FAR[2]):
            fetches.outside(above, "no-error-above-end", f"log end offset {end.offset}", end.exchange)
        for isolation_level in (READ_UNCOMMITTED, READ_COMMITTED):
            fetches.at_end(end.offset, isolation_level, end.exchange)


class Probe:
    """Fetches of one version."""

    def __init__(self, run: Run, log: KnownLog, version: int) -> None:
        """Sends nothing."""
        self.run, self.log, self.version = run, log, version

    def outside(self, position: int, signature: str, end: str, listed: Exchange) -> None:
        """Error 1 and no records."""
        fetched = self.run.session.fetch(self.log.topic, position, version=self.version)
        evidence = [listed, fetched.exchange]
        self.run.judge(
            fetched.error_code == OUT_OF_RANGE, signature,
            expected=f"OFFSET_OUT_OF_RANGE (1) at position {position}, with {end}",
            seen=fetched.error, evidence=evidence,
        )  # fmt: skip
        self._no_records(fetched.data, position, evidence, len(fetched.records) if fetched.ok else len(fetched.data))

    def at_end(self, position: int, isolation_level: int, listed: Exchange) -> None:
        """No error and no records."""
        fetched = self.run.session.fetch(
            self.log.topic, position, isolation_level=isolation_level, version=self.version
        )
        evidence = [listed, fetched.exchange]
        self.run.judge(
            fetched.ok, "error-at-end",
            expected=f"no error at position {position}, the high watermark", seen=fetched.error, evidence=evidence,
        )  # fmt: skip
        self._no_records(fetched.data, position, evidence, len(fetched.records))

    def _no_records(self, data: bytes, position: int, evidence: list[Exchange], count: int) -> None:
        self.run.judge(
            count == 0, "records-out-of-range",
            expected=f"no records at position {position}", seen=f"{len(data)} bytes of records", evidence=evidence,
        )  # fmt: skip
