"""L18: an incremental fetch session shows what full fetches show."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from nilometer.checkers.session_fold import SIGNATURES, PartitionAnswer, SessionFold, equivalence
from nilometer.clients.batches import data_batch
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic, named, record_bytes
from nilometer.clients.session import EARLIEST, FETCH_WITHOUT_IDS, LATEST
from nilometer.requirement import requirement
from nilometer.requirements._deleting import delete_records
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer.workloads.batches import record_text
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchTopic, ForgottenTopic
from nilometer_reference.wire.record_encoding import decode_records
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import split_batches

PARTITIONS = 3
WITH_SESSIONS = 7
RETURNS = (
    ("append", 0), ("append", 1), ("fetch", 0), ("fetch", 0), ("forget", 0), ("fetch", 0), ("append", 0), ("seek", 0),
    ("add", 0), ("fetch", 0), ("append", 0),
)  # fmt: skip
"""A partition is forgotten, and comes back at another position while its log has grown."""
STEPS = ("append", "append", "fetch", "delete", "forget", "add", "seek")
NOT_FOUND, WRONG_EPOCH = ErrorCode.FETCH_SESSION_ID_NOT_FOUND, ErrorCode.INVALID_FETCH_SESSION_EPOCH


@requirement(
    id="L18",
    name="log.fetch_session_equivalence",
    level="MUST",
    sentence="The responses of an incremental fetch session, folded, give at each point what a full fetch at the "
    "same positions gives; a wrong session id or epoch is refused",
    profiles=("core",),
    sources=("KIP-227", "KAFKA-6946", "KAFKA-13111"),
    apis={"Produce": 3, "Fetch": WITH_SESSIONS},
    signatures={
        **SIGNATURES,
        "unknown-session-accepted": "a session id that nobody has is not answered with FETCH_SESSION_ID_NOT_FOUND",
        "wrong-epoch-accepted": "a session epoch out of turn is not answered with INVALID_FETCH_SESSION_EPOCH",
    },
)
def check(run: Run) -> None:
    """Histories of appends, deletions, positions, and partitions that come and go."""
    follow(run, RETURNS)
    step = st.tuples(st.sampled_from(STEPS), st.integers(0, PARTITIONS - 1))
    run.explore(st.lists(step, min_size=3, max_size=12), lambda steps: follow(run, steps), examples=run.cases(2))
    refusals(run)


def follow(run: Run, steps: Sequence[tuple[str, int]]) -> None:
    """One session over one topic; each fetch is compared."""
    session = FetchSession(run, run.topic(partitions=PARTITIONS))
    if not session.open():
        run.not_observable(Reason.FEATURE_OFF, "Fetch answers session id 0: sessions are not kept")
    for number, (what, partition) in enumerate([*steps, ("fetch", 0)]):
        if what == "append":
            run.session.produce(session.topic, data_batch(f"s{number}", 2), partition=partition)
        elif what == "delete":
            if run.versions.serves("DeleteRecords"):
                delete_records(run.session, session.topic, -1, partition=partition)
        elif what == "forget":
            session.forget(partition)
        elif what == "add":
            session.add(partition)
        elif what == "seek":
            session.seek(partition)
        else:
            session.compare()
    session.close()


class FetchSession:
    """A client of one incremental fetch session."""

    def __init__(self, run: Run, topic: Topic) -> None:
        """Sends nothing."""
        self.run, self.topic = run, topic
        self.version = run.session.version(
            "Fetch", at_least=WITH_SESSIONS, at_most=None if topic.has_id else FETCH_WITHOUT_IDS
        )
        self.node = run.session.leader(topic)
        self.fold: SessionFold[int] = SessionFold()
        self.positions = dict.fromkeys(range(PARTITIONS), 0)
        self.changed: set[int] = set()
        """Partitions that the next request has to name."""
        self.forgotten: set[int] = set()
        self.session_id = self.epoch = 0

    # ------------------------------------------------------------------------------------------ requests

    def request(self, partitions: Sequence[int], forget: Sequence[int], session_id: int, epoch: int) -> m.FetchRequest:
        """A Fetch with these session fields."""
        parts = [
            FetchPartition(partition=one, fetch_offset=self.positions[one], partition_max_bytes=1 << 20)
            for one in partitions
        ]
        topics = [FetchTopic(topic=self.topic.name, topic_id=self.topic.topic_id, partitions=parts)] if parts else []
        gone = [ForgottenTopic(self.topic.name, self.topic.topic_id, list(forget))] if forget else []
        return m.FetchRequest(
            max_wait_ms=10, min_bytes=0, max_bytes=50 << 20, session_id=session_id, session_epoch=epoch,
            topics=topics, forgotten_topics_data=gone,
        )  # fmt: skip

    def call(self, request: m.FetchRequest) -> Exchange:
        """To the leader."""
        return self.run.session.call(request, version=self.version, node=self.node)

    def open(self) -> bool:
        """A full fetch that asks for a session; whether there is one now."""
        for partition in self.positions:
            self.fold.add(partition)
        exchange = self.call(self.request(list(self.positions), [], 0, 0))
        response = exchange.response
        assert isinstance(response, m.FetchResponse)
        self.session_id, self.epoch = response.session_id, 1
        if response.error_code == 0 and self.session_id != 0:
            self.fold.fold(self.answers(exchange))
        return response.error_code == 0 and self.session_id != 0

    def close(self) -> None:
        """The final epoch ends the session."""
        self.call(self.request([], [], self.session_id, -1))

    # ------------------------------------------------------------------------------------------ steps

    def forget(self, partition: int) -> None:
        """Leave it out from the next request on."""
        if partition in self.fold.state:
            self.fold.forget(partition)
            self.changed.discard(partition)
            self.forgotten.add(partition)

    def add(self, partition: int) -> None:
        """Take it in again. A partition cannot be forgotten and named in one request, so that is sent first."""
        if partition not in self.fold.state:
            if partition in self.forgotten:
                self.compare()
            self.fold.add(partition)
            self.changed.add(partition)

    def seek(self, partition: int) -> None:
        """To the beginning of the log, or from there to its end; also of a partition that is not in the session."""
        for timestamp in (EARLIEST, LATEST):
            listed = self.run.session.list_offsets(self.topic, timestamp, partition=partition)
            if listed.ok and self.positions[partition] != listed.offset:
                self.positions[partition] = listed.offset
                if partition in self.fold.state:
                    self.changed.add(partition)
                return

    def compare(self) -> None:
        """The next fetch of the session, and a full one at the same positions; then on to the next positions."""
        forgotten = sorted(self.forgotten)
        told = self.call(self.request(sorted(self.changed), forgotten, self.session_id, self.epoch))
        response = told.response
        assert isinstance(response, m.FetchResponse)
        if response.error_code != 0:
            self.run.not_observable(
                Reason.REFUSED, f"Fetch of session epoch {self.epoch}: {named(response.error_code)}"
            )
        self.epoch += 1
        self.changed.clear()
        self.forgotten.clear()
        answers = self.answers(told)
        strangers = self.fold.strangers(answers)
        folded = self.fold.fold(answers)
        members = sorted(folded)
        full = self.call(self.request(members, [], 0, -1)) if members else told
        judgement = equivalence(
            folded, self.answers(full) if members else {}, strangers, told, *([full] if members else [])
        )
        judgement.tell(self.run)
        for partition, shown in folded.items():
            if shown is not None and shown.records:
                self.positions[partition] += len(shown.records)
                self.changed.add(partition)

    def answers(self, exchange: Exchange) -> dict[int, PartitionAnswer]:
        """What a response says of each partition; records at or above the position."""
        response = exchange.response
        assert isinstance(response, m.FetchResponse)
        found: dict[int, PartitionAnswer] = {}
        for topic in response.responses:
            for part in topic.partitions:
                position = self.positions[part.partition_index]
                try:
                    records = [
                        record
                        for batch in split_batches(record_bytes(part.records), drop_partial_tail=True)
                        for record in decode_records(batch)
                    ]
                except RecordError as damage:
                    self.run.not_observable(Reason.NO_ANSWER, f"the records do not decode: {damage.message}")
                texts = tuple(f"{one.offset}: {record_text(one)}" for one in records if one.offset >= position)
                found[part.partition_index] = PartitionAnswer(
                    part.high_watermark, part.last_stable_offset, part.log_start_offset, texts, part.error_code
                )
        return found


def refusals(run: Run) -> None:
    """A session id that nobody has, and an epoch out of turn."""
    session = FetchSession(run, run.topic(partitions=PARTITIONS))
    if not session.open():
        return
    for session_id, epoch, signature, code in (
        (session.session_id ^ 0x2AAAAAAA, 1, "unknown-session-accepted", NOT_FOUND),
        (session.session_id, 7, "wrong-epoch-accepted", WRONG_EPOCH),
    ):
        exchange = session.call(session.request([], [], session_id, epoch))
        response = exchange.response
        assert isinstance(response, m.FetchResponse)
        run.judge(
            response.error_code == code, signature,
            expected=f"{named(code)} for session {session_id} epoch {epoch}", seen=named(response.error_code),
            evidence=exchange,
        )  # fmt: skip
    session.close()
