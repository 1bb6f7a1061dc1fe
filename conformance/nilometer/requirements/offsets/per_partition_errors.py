"""O9: in one commit each partition has its own result."""

from __future__ import annotations

from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import committed
from nilometer.requirements.offsets._commits import OFFSETS, Commit, commit
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="O9",
    name="offsets.per_partition_errors",
    level="MUST",
    sentence="In one commit each partition has its own result; an error on one does not stop the others",
    profiles=("groups",),
    sources=("OffsetCommit API",),
    apis=OFFSETS,
    signatures={
        "good-refused": "a valid partition was refused beside a faulty one",
        "bad-accepted": "a faulty partition was accepted, or refused with another code",
        "good-not-stored": "a valid partition was accepted beside a faulty one, and is not committed",
    },
)
def check(run: Run) -> None:
    """A valid partition between an unknown topic and metadata that is too long, in each order."""
    topic = run.topic(partitions=2)
    good = Commit(topic.name, 8, 0, "good")
    unknown = Commit(run.name("unknown-topic"), 8)
    long = Commit(topic.name, 8, 1, "m" * 5000)
    for commits in ([good, unknown, long], [unknown, good], [long, good]):
        group = run.group()
        exchange, codes = commit(run.session, group, *commits)
        for one, code in zip(commits, codes, strict=True):
            seen = f"{one.topic}-{one.partition}: {named(code)}"
            if one is good:
                run.judge(code == 0, "good-refused", expected="no error", seen=seen, evidence=exchange)
                found = committed(run.session, group, topic)
                if code == 0:
                    run.judge(
                        found.offset == 8, "good-not-stored", expected="offset 8", seen=found,
                        evidence=[exchange, found.exchange],
                    )  # fmt: skip
                continue
            wanted = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if one is unknown else ErrorCode.OFFSET_METADATA_TOO_LARGE
            run.judge(code == wanted, "bad-accepted", expected=named(wanted), seen=seen, evidence=exchange)
