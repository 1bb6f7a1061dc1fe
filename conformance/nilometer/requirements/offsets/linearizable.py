"""O1: a committed offset is a register: every read gives the last write before it."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic, named
from nilometer.clients.session import Session
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import Committed, committed
from nilometer.requirements.offsets._commits import OFFSETS, Commit, commit
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer.workloads.together import together

COMMITS = 12
READS = 16


@dataclass(frozen=True)
class Write:
    """An accepted commit; times are those of its exchange. Offsets are unique, so a read names its write."""

    offset: int
    exchange: Exchange


@requirement(
    id="O1",
    name="offsets.linearizable",
    level="MUST",
    sentence="For each group and partition the committed offset is a linearizable register: each OffsetFetch returns "
    "the value of a commit that can be ordered last before it",
    profiles=("smoke", "groups"),
    sources=("Kafka group protocol",),
    apis=OFFSETS,
    signatures={
        "stale-read": "OffsetFetch answered a value that another commit had replaced before it was sent",
        "read-from-the-future": "OffsetFetch answered a value whose commit was sent after the answer",
        "unknown-value": "OffsetFetch answered a value that nobody committed",
    },
)
def check(run: Run) -> None:
    """One client writes and reads in turn, also back; then several at the same time."""
    run.explore(
        st.lists(st.integers(0, 1000), min_size=1, max_size=8, unique=True), lambda values: in_turn(run, values),
        examples=run.cases(2),
    )  # fmt: skip
    side_by_side(run)


def in_turn(run: Run, values: list[int]) -> None:
    """Each commit is what the next read gives; also a smaller one (a rewind)."""
    topic, group = run.topic(), run.group()
    for value in values:
        exchange, codes = commit(run.session, group, Commit(topic.name, value))
        if codes != [0]:
            run.not_observable(Reason.REFUSED, f"OffsetCommit: {named(codes[0])}")
        found = committed(run.session, group, topic)
        signature = "stale-read" if found.offset in [*values, -1] else "unknown-value"
        run.judge(
            found.offset == value, signature, expected=f"offset {value}", seen=found,
            evidence=[exchange, found.exchange],
        )  # fmt: skip


def side_by_side(run: Run) -> None:
    """Two write, two read; judged by the times of one clock."""
    topic, group = run.topic(), run.group()
    writes: list[Write] = []
    reads: list[Committed] = []

    def writer(number: int, session: Session) -> None:
        for index in range(COMMITS):
            offset = 1000 * (number + 1) + index
            exchange, codes = commit(session, group, Commit(topic.name, offset))
            if codes == [0]:
                writes.append(Write(offset, exchange))

    def reader(session: Session) -> None:
        reads.extend(committed(session, group, topic) for _ in range(READS))

    together(run, [lambda s: writer(0, s), lambda s: writer(1, s), reader, reader])
    for found in reads:
        if found.error_code == 0:
            judge(run, topic, found, writes)


def judge(run: Run, topic: Topic, found: Committed, writes: list[Write]) -> None:
    """One read against all writes: its own must have begun before it ended, and no other lies wholly between."""
    began, ended = found.exchange.sent_at_ns, found.exchange.answered_at_ns
    assert ended is not None
    own = next((write for write in writes if write.offset == found.offset), None)
    if own is None and found.offset != -1:
        run.violated("unknown-value", expected="a committed offset", seen=found, evidence=found.exchange)
        return
    if own is not None:
        run.judge(
            own.exchange.sent_at_ns <= ended, "read-from-the-future", expected=f"not yet offset {found.offset}",
            seen=f"{found} of {topic.name}", evidence=[own.exchange, found.exchange],
        )  # fmt: skip
    since = -1 if own is None else own.exchange.answered_at_ns or 0
    between = [w for w in writes if w.exchange.sent_at_ns > since and (w.exchange.answered_at_ns or ended) < began]
    run.judge(
        not between, "stale-read", expected=f"offset {between[-1].offset}, or a later one" if between else "",
        seen=found, evidence=[w.exchange for w in ([own] if own else []) + between[-1:]] + [found.exchange],
    )  # fmt: skip
