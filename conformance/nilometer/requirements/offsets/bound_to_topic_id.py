"""O11: offsets go with their topic; one of the same name begins without."""

from __future__ import annotations

from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import committed, within
from nilometer.requirements.offsets._commits import OFFSETS, Commit, commit
from nilometer.run import Run
from nilometer.verdict import Reason


@requirement(
    id="O11",
    name="offsets.bound_to_topic_id",
    level="MUST",
    sentence="After deletion of a topic its committed offsets are gone; a topic created anew under its name begins "
    "without commits",
    profiles=("groups", "admin"),
    sources=("KIP-516", "KAFKA-19154"),
    apis={**OFFSETS, "CreateTopics": 0, "DeleteTopics": 0},
    signatures={"survived": "the offset of a deleted topic is answered for the topic that has its name now"},
)
def check(run: Run) -> None:
    """Commit, delete, create again."""
    topic, group = run.topic(), run.group()
    exchange, codes = commit(run.session, group, Commit(topic.name, 42))
    if codes != [0]:
        run.not_observable(Reason.REFUSED, f"OffsetCommit: {named(codes[0])}")
    if (code := run.session.delete_topic(topic.name)) != 0:
        run.not_observable(Reason.REFUSED, f"DeleteTopics: {named(code)}")

    def gone() -> bool:
        return all(one.error_code != 0 for one in run.session.metadata([topic.name]).topics)

    if not within(run.liveness_s, gone):
        run.not_observable(Reason.REFUSED, "the topic is still in Metadata after its deletion (A6)")
    again = run.session.create_topic(topic.name)
    # Kafka's coordinator learns of the deletion after DeleteTopics was answered
    within(run.liveness_s, lambda: committed(run.session, group, again).offset == -1)
    found = committed(run.session, group, again)
    run.judge(found.offset == -1, "survived", expected="offset -1", seen=found, evidence=[exchange, found.exchange])
