"""TI4: the special timestamps, and those that do not exist."""

from __future__ import annotations

from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.requirements._deleting import delete_records
from nilometer.requirements.time._queries import scanned
from nilometer.run import Run
from nilometer.workloads.batches import named_plan
from nilometer.workloads.known_log import KnownLog, has_transactions
from nilometer_reference.wire.errors import ErrorCode

SINCE = {-1: 1, -2: 1, -3: 7, -4: 8, -5: 9, -6: 11}
"""First ListOffsets version that knows each special value."""
NAMES = {
    -1: "latest", -2: "earliest", -3: "offset of the maximum timestamp", -4: "earliest local", -5: "latest tiered",
    -6: "earliest pending upload",
}  # fmt: skip
UNKNOWN = (-7, -100, -(1 << 63))
UNSUPPORTED_VERSION = ErrorCode.UNSUPPORTED_VERSION


@requirement(
    id="TI4",
    name="time.special_values",
    level="MUST",
    sentence="-1 is latest by isolation level, -2 earliest, -4 earliest local, -5 latest tiered; an unknown "
    "negative value, or one too new for the version, answers UNSUPPORTED_VERSION (35) for its partition",
    profiles=("core",),
    sources=("KIP-79", "KIP-734", "KIP-405", "KIP-1005", "KIP-1023"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 1},
    signatures={
        "wrong-offset": "a special value is answered with another offset than the one that it stands for",
        "special-value-refused": "a special value that the version knows is answered with an error",
        "unknown-value-accepted": "a negative value that the version does not know is not answered with "
        "UNSUPPORTED_VERSION",
    },
)
def check(run: Run) -> None:
    """A log that does not begin at 0, with a transaction held open; each value in each version."""
    log = KnownLog(run, run.topic())
    for number in range(3):
        log.append(named_plan(f"b{number}", 2, wall_clock_ms()))
    if run.versions.serves("DeleteRecords"):
        delete_records(run.session, log.topic, 1)
    stable: int | None = None
    if has_transactions(run):
        stable = log.write_in_transaction(log.producer, named_plan("open", 1, wall_clock_ms())).base_offset
        log.append(named_plan("after", 1, wall_clock_ms()))
    known = scanned(run.session, log.topic)
    low, high = run.versions.range("ListOffsets") or (1, 1)
    for version in range(max(low, 1), min(high, max(SINCE.values())) + 1):
        for value, since in SINCE.items():
            if version < since:
                unknown(run, log, value, version)
            elif value != -3:  # judged by TI5
                wanted = {-1: known.end, -2: known.start, -4: known.start, -5: -1}.get(value)
                known_value(run, log, value, version, READ_UNCOMMITTED, wanted)
        if version >= 2:
            known_value(run, log, -1, version, READ_COMMITTED, known.end if stable is None else stable)
        for value in UNKNOWN:
            unknown(run, log, value, version)
    if stable is not None:
        log.producer.finished(commit=False)


def known_value(run: Run, log: KnownLog, value: int, version: int, isolation_level: int, wanted: int | None) -> None:
    """A value that the version knows; `wanted` is None where only the absence of an error is promised."""
    listed = run.session.list_offsets(log.topic, value, isolation_level=isolation_level, version=version)
    name = f"{NAMES[value]} ({value}) in version {version}"
    evidence = [*log.exchanges[-2:], listed.exchange]
    if not run.judge(
        listed.ok, "special-value-refused", expected=f"an answer for {name}", seen=listed.error, evidence=evidence
    ):
        return
    if wanted is not None:
        level = ", read_committed" if isolation_level == READ_COMMITTED else ""
        run.judge(
            listed.offset == wanted, "wrong-offset",
            expected=f"offset {wanted} for {name}{level}", seen=f"offset {listed.offset}", evidence=evidence,
        )  # fmt: skip


def unknown(run: Run, log: KnownLog, value: int, version: int) -> None:
    """A value that the version does not know."""
    listed = run.session.list_offsets(log.topic, value, version=version)
    run.judge(
        listed.error_code == UNSUPPORTED_VERSION, "unknown-value-accepted",
        expected=f"UNSUPPORTED_VERSION (35) for {value} in version {version}",
        seen=listed.error if not listed.ok else f"offset {listed.offset}, timestamp {listed.timestamp}",
        evidence=listed.exchange,
    )  # fmt: skip
