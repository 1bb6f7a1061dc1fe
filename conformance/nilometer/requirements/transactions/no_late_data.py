"""T9: a record that was sent before the end of its transaction never stands behind its marker."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.transactional import Protocol
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._late import Case, Late, Story, When, tell
from nilometer.requirements.transactions._world import TRANSACTIONS, served_protocols
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import Reason

PRODUCES = (Late.PRODUCE, Late.PRODUCE_ELSEWHERE)
CASES = st.builds(Case, st.sampled_from(PRODUCES), st.sampled_from(When), st.booleans(), st.booleans(), st.booleans())


@requirement(
    id="T9",
    name="transactions.no_late_data",
    level="MUST",
    sentence="No record that was sent before EndTxn of a transaction is appended behind the transaction's marker",
    profiles=("eos",),
    sources=("KIP-890", "KAFKA-14402"),
    apis=TRANSACTIONS,
    signatures={"late-record-appended": "a Produce that arrived after the end of its transaction was appended"},
)
def check(run: Run) -> None:
    """A Produce is held back over the end of its transaction."""
    served = served_protocols(run)

    def example(case: Case) -> None:
        judge(run, tell(run, case, Protocol.TV2, within_s=0.0))

    if Protocol.TV2 in served:
        for late in PRODUCES:
            directed(
                run, example, [Case(late, When.BETWEEN, False, True, False), Case(late, When.INSIDE, True, True, True)]
            )
        run.explore(CASES, example, examples=run.cases(2))
    else:
        run.skip(Reason.FEATURE_OFF, "only transaction version 1 is served, where late data cannot be told (N6)")
    if Protocol.TV1 in served and run.settings.profile is not Profile.SMOKE:
        known_unsafe(run)


def judge(run: Run, story: Story) -> None:
    """Each late Produce is one instance; a client that never got an answer does not send it again here."""
    appended = late_places(story)
    run.judge(
        not appended, "late-record-appended", evidence=story.evidence,
        expected=f"nothing appended: {story}", seen=", ".join(appended),
    )  # fmt: skip


def late_places(story: Story) -> list[str]:
    """Where the late record stands. Its transaction had come to rest when it arrived: that is behind the marker."""
    return [
        f"{value.decode()} at offset {one.offset} of partition {partition}"
        for partition, scan in enumerate(story.scans)
        for one in scan.records
        if (value := one.value or b"") in story.late_values
    ]


def known_unsafe(run: Run) -> None:
    """What the older protocol does in the same cases: counted, not judged."""
    cases = [
        Case(Late.PRODUCE, when, False, True, same) for when in (When.BETWEEN, When.INSIDE) for same in (False, True)
    ]
    stories = [tell(run, case, Protocol.TV1, within_s=0.0) for case in cases]
    appended = [story for story in stories if late_places(story)]
    run.note(
        f"known-unsafe protocol version: {len(appended)} of {len(stories)} late records appended under {Protocol.TV1}"
    )
