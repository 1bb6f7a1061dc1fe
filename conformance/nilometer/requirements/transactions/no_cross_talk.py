"""T12: whatever arrives late or twice, a transaction is decided by its own requests."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from nilometer.clients.transactional import Protocol
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._late import LATE_OFFSET, Case, Late, Story, When, tell
from nilometer.requirements.transactions._world import TRANSACTIONS, Outcome, served_protocols, shown
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import NotObservable, Reason

CASES = st.builds(
    Case, st.sampled_from(Late), st.sampled_from(When), st.booleans(), st.booleans(), st.booleans()
)  # fmt: skip
EVERY = [
    Case(late, when, first_commits=late is Late.END, next_commits=late is not Late.END, same_partition=same)
    for late in Late
    for when, same in ((When.BETWEEN, False), (When.INSIDE, False), (When.INSIDE, True))
]
"""The late request asks for the opposite of what the next transaction wants."""
SMOKE = [one for one in EVERY if one.late in (Late.PRODUCE_ELSEWHERE, Late.END) and not one.same_partition]
UNSAFE = (
    Case(Late.PRODUCE, When.BETWEEN, False, True, False),
    Case(Late.PRODUCE, When.INSIDE, False, True, True),
    Case(Late.ADD_PARTITIONS, When.BETWEEN, False, True, False),
    Case(Late.OFFSETS, When.INSIDE, False, True, True),
    Case(Late.END, When.INSIDE, True, False, False),
)


@requirement(
    id="T12",
    name="transactions.no_cross_talk",
    level="MUST",
    sentence="A delayed or repeated Produce, AddPartitionsToTxn, AddOffsetsToTxn, TxnOffsetCommit or EndTxn of one "
    "transaction never changes the next one or hangs a partition (transaction version 2)",
    profiles=("eos",),
    sources=("KIP-890", "KAFKA-14402", "KAFKA-17754", "Jepsen report on Bufstream 0.1.0"),
    apis=TRANSACTIONS,
    signatures={
        "partition-hangs": "after all transactions have ended the last stable offset stays below the high watermark",
        "late-record-visible": "a record of the late request is shown to read_committed readers",
        "late-offset-committed": "the group's committed offset is the late one, or not that of the last commit",
        "ended-by-late-request": "records of the next transaction were visible before its own EndTxn",
        "next-refused": "a correct request of the next transaction was refused",
        "next-changed": "readers do not see exactly the records of the committed transactions",
    },
    time_limit_s=90.0,
)
def check(run: Run) -> None:
    """Each kind of late request at each moment, then generated cases."""
    served = served_protocols(run)
    hangs = False

    def example(case: Case) -> None:
        nonlocal hangs
        if hangs:
            return  # it takes T to see it: once is enough
        if case.late in (Late.OFFSETS, Late.ADD_OFFSETS) and not run.versions.serves("TxnOffsetCommit", 5):
            return
        story = tell(run, case, Protocol.TV2, run.liveness_s)
        hangs = story.stuck is not None
        judge(run, story)

    if Protocol.TV2 in served:
        directed(run, example, SMOKE if run.settings.profile is Profile.SMOKE else EVERY)
        run.explore(CASES, example, examples=run.cases(3))
    else:
        run.skip(Reason.FEATURE_OFF, "only transaction version 1 is served, where this is not promised (N6)")
    if Protocol.TV1 in served and run.settings.profile is not Profile.SMOKE:
        known_unsafe(run)


def judge(run: Run, story: Story) -> None:
    """One late request is one instance; the first thing that is wrong is what is reported."""
    run.holds()
    find(story, lambda signature, expected, seen: run.violated(
        signature, expected=f"{expected}: {story}", seen=seen, evidence=story.evidence
    ))  # fmt: skip


def find(story: Story, report: Callable[[str, str, str], None]) -> None:
    """Tell `report` (signature, expected, seen) the first effect of the late request; nothing if there is none."""
    world = story.world
    visible = {(read.partition, at): value for read in story.reads for at, value in read.values.items()}
    late = {at: value for (_, at), value in visible.items() if value in story.late_values}
    if late:
        report("late-record-visible", "no record of the late request", shown(late))
    elif story.early:
        report("ended-by-late-request", "nothing visible before the next EndTxn", shown(story.early))
    elif story.trouble:
        report("next-refused", "success for each request of the next transaction", story.trouble)
    elif story.stuck:
        expected = f"a last stable offset of {story.stuck.high_watermark}, the high watermark"
        report("partition-hangs", expected, f"a last stable offset of {story.stuck.last_stable_offset}")
    elif story.offset is not None and str(story.offset) != f"offset {story.wanted_offset}":
        expected = f"committed offset {story.wanted_offset}, the late one being {LATE_OFFSET}"
        report("late-offset-committed", expected, str(story.offset))
    else:
        wanted = {
            (partition, at): value
            for one in world.history
            if one.outcome is Outcome.COMMITTED
            for partition, values in one.writes.items()
            for at, value in values.items()
        }
        if visible != wanted:
            report("next-changed", f"the committed records {_places(wanted)}", _places(visible))


def _places(values: dict[tuple[int, int], bytes]) -> str:
    return " ".join(f"{partition}-{at}={value.decode()}" for (partition, at), value in sorted(values.items())) or "none"


def known_unsafe(run: Run) -> None:
    """What the older protocol does: counted, not judged."""
    effects: list[str] = []
    for case in UNSAFE:
        try:
            story = tell(run, case, Protocol.TV1, within_s=0.3)
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
            continue
        find(story, lambda signature, _expected, _seen, case=case: effects.append(f"{signature} by {case.late}"))  # type: ignore[misc]
    text = "; ".join(effects) or "nothing"
    run.note(f"known-unsafe protocol version: under {Protocol.TV1} {len(UNSAFE)} late requests led to: {text}")
