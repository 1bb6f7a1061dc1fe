"""O4: offset, metadata and leader epoch come back as they were committed."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.observations import Topic, named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import committed
from nilometer.requirements.offsets._commits import OFFSETS, WITH_EPOCH, Commit, commit
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer_reference.wire.errors import ErrorCode

METADATA_MAX = 4096
"""offset.metadata.max.bytes by default."""
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40) | st.just("m" * METADATA_MAX)


@requirement(
    id="O4",
    name="offsets.round_trip",
    level="MUST",
    sentence="Offset, metadata and leader epoch come back as committed, an absent epoch as -1; metadata above "
    "offset.metadata.max.bytes answers OFFSET_METADATA_TOO_LARGE (12)",
    profiles=("groups",),
    sources=("OffsetCommit API", "KIP-320"),
    apis=OFFSETS,
    signatures={
        "changed": "an offset, metadata or leader epoch came back otherwise than it was committed",
        "too-large-accepted": "metadata above the limit was accepted, or refused with another code",
        "refused-but-stored": "a refused commit changed what is committed",
    },
)
def check(run: Run) -> None:
    """Values at random; then metadata one character too long."""
    topic, group = run.topic(), run.group()
    with_epoch = run.versions.serves("OffsetCommit", WITH_EPOCH) and run.versions.serves("OffsetFetch", 5)
    strategy = st.builds(
        Commit, st.just(topic.name), st.integers(0, 2**62), st.just(0), texts,
        st.integers(-1, 5) if with_epoch else st.just(-1),
    )  # fmt: skip
    run.explore(strategy, lambda value: there_and_back(run, group, topic, value), examples=run.cases(3))
    exchange, codes = commit(run.session, group, Commit(topic.name, 5))
    if codes != [0]:
        run.skip(Reason.REFUSED, f"OffsetCommit: {named(codes[0])}")
        return
    exchange, codes = commit(run.session, group, Commit(topic.name, 6, metadata="m" * (METADATA_MAX + 1)))
    run.judge(
        codes == [ErrorCode.OFFSET_METADATA_TOO_LARGE], "too-large-accepted", expected="OFFSET_METADATA_TOO_LARGE (12)",
        seen=named(codes[0]), evidence=exchange,
    )  # fmt: skip
    found = committed(run.session, group, topic)
    if codes != [0]:
        run.judge(
            found.offset == 5, "refused-but-stored", expected="offset 5", seen=found,
            evidence=[exchange, found.exchange],
        )  # fmt: skip


def there_and_back(run: Run, group: str, topic: Topic, value: Commit) -> None:
    """One commit and one read."""
    exchange, codes = commit(run.session, group, value)
    if codes != [0]:
        run.not_observable(Reason.REFUSED, f"OffsetCommit: {named(codes[0])}")
    found = committed(run.session, group, topic)
    run.judge(
        (found.offset, found.metadata, found.leader_epoch) == (value.offset, value.metadata, value.leader_epoch),
        "changed", expected=value, seen=found, evidence=[exchange, found.exchange],
    )  # fmt: skip
