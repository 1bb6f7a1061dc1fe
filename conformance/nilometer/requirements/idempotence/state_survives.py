"""I7: the window outlives the records that it was made from, and the broker's process."""

from __future__ import annotations

from nilometer.clients.observations import Topic, named
from nilometer.clients.session import Session
from nilometer.requirement import requirement
from nilometer.requirements._restart import may_restart, restart
from nilometer.requirements.idempotence._questions import Question, Reply, ask
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.delete_records import DeleteRecordsPartition, DeleteRecordsTopic
from nilometer_reference.wire.records import SEQUENCE_MAX

BATCHES = (1, 3, 1, 2, 1, 1, 2)
"""Records of each batch: more batches than the window holds."""
SIGNATURES = {
    Question.RETRY: "retry-refused",
    Question.OLDER: "retry-appended",
    Question.GAP: "gap-accepted",
    Question.OLD_EPOCH: "old-epoch-accepted",
    Question.NEXT: "next-refused",
}


@requirement(
    id="I7",
    name="idempotence.state_survives",
    level="MUST",
    sentence="Duplicates, gaps and old epochs are recognised after DeleteRecords, a clean restart and a kill as before",
    profiles=("idempotence", "replication"),
    sources=("KIP-98", "KIP-360", "KAFKA-7190", "KAFKA-8710", "Kafka's ProducerStateManager (snapshots)"),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "retry-refused": "afterwards a retry of the last batch was refused",
        "retry-appended": "afterwards a retry of an appended batch was answered with a new offset",
        "gap-accepted": "afterwards a batch out of order was acknowledged",
        "old-epoch-accepted": "afterwards a batch of an older epoch was acknowledged",
        "next-refused": "afterwards the next batch of the producer was refused",
    },
    time_limit_s=120.0,
)
def check(run: Run) -> None:
    """The same questions before and after each kind of event."""
    topic = run.topic()
    control = [reply for writer in prepared(run.session, topic) for reply in ask(writer)]
    known = {question for question in Question if all(one.right for one in control if one.question is question)}
    for question in Question:
        if question not in known:
            run.skip(Reason.REFUSED, f"{question} is answered wrongly without any event too (I2, I4, I5)")
    deleted_records(run, known)
    if may_restart(run):
        restarted(run, known, kill=False)
        restarted(run, known, kill=True)


def deleted_records(run: Run, known: set[Question]) -> None:
    """All records of a producer are deleted; the producer is still known."""
    topic = run.topic()
    writers = prepared(run.session, topic)
    try:
        delete_all_records(run.session, topic)
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
        return
    for writer in writers:
        judge(run, ask(writer), known, "after all its records were deleted", writer)


def restarted(run: Run, known: set[Question], *, kill: bool) -> None:
    """The broker's process ends and starts again."""
    topic = run.topic()
    writers = prepared(run.session, topic)
    session = restart(run, kill=kill)
    session.leader(topic)
    for writer in writers:
        writer.session = session
        judge(run, ask(writer), known, "after a kill and a restart" if kill else "after a clean restart", writer)


def prepared(session: Session, topic: Topic) -> list[Writer]:
    """A producer of epoch 1 that has filled its window, and one across the border of sequences if that is accepted."""
    log = PartitionLog(session, topic)
    log.has_held_a_record()
    writers = []
    ordinary = Writer(session, topic, log)
    ordinary.write()
    raised = ordinary.batch(0, epoch=1)
    answer = ordinary.send(raised)
    if answer.ok:  # then there is an older epoch to ask for
        ordinary.took(raised, answer)
        ordinary.epoch = 1
    border = Writer(session, topic, log)
    for writer, first in ((ordinary, None), (border, SEQUENCE_MAX - 3)):
        try:
            if first is not None:
                writer.must_take(writer.batch(first))
            for count in BATCHES:
                writer.write(count)
        except NotObservable:
            if writer is ordinary:
                raise
            continue  # a broker that does not count across the border: I6
        writers.append(writer)
    return writers


def judge(run: Run, replies: list[Reply], known: set[Question], event: str, writer: Writer) -> None:
    """Each question that was answered rightly before is one instance."""
    before = [one for one in writer.exchanges if one.number < replies[0].answer.exchange.number]
    for reply in replies:
        if reply.question not in known:
            continue
        signature = SIGNATURES[reply.question]
        if reply.answer.ok and reply.question is Question.RETRY:
            signature = "retry-appended"
        run.judge(
            reply.right, signature, expected=f"{reply.expected}, {event}", seen=reply.seen,
            evidence=[*before[-8:], reply.answer.exchange],
        )  # fmt: skip


def delete_all_records(session: Session, topic: Topic) -> None:
    """DeleteRecords up to the high watermark. NotObservable if it is refused or not served."""
    request = m.DeleteRecordsRequest([DeleteRecordsTopic(topic.name, [DeleteRecordsPartition(0, -1)])], 10_000)
    response = session.call(request, node=session.leader(topic)).response
    assert isinstance(response, m.DeleteRecordsResponse)
    code = response.topics[0].partitions[0].error_code
    if code != 0:
        raise NotObservable(Reason.REFUSED, f"DeleteRecords: {named(code)}")
