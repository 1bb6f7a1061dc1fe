"""L8: one producer's records lie in the order of sending."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers import producer_order as checker
from nilometer.clients.batches import data_batch
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import Session
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.traffic import Traffic

IN_FLIGHT = 5


@requirement(
    id="L8",
    name="log.producer_order",
    level="MUST",
    sentence="Within a producer session, records sent to a partition have increasing offsets in the order of "
    "sending, if the producer is idempotent with at most five requests in flight, or allows one",
    profiles=("core", "idempotence"),
    sources=("KIP-98", "KAFKA-5494"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "session-reordered": "a batch has a lower offset than one that its producer sent before",
        "sequences-reordered": "in the log a batch of a producer lies below one with a smaller sequence number",
    },
)
def check(run: Run) -> None:
    """Idempotent producers that pipeline, beside each other; then writers with one request in flight."""
    if run.versions.serves("InitProducerId"):
        rounds = st.lists(st.lists(st.integers(1, 3), min_size=2, max_size=IN_FLIGHT), min_size=1, max_size=4)
        run.explore(rounds, lambda chosen: pipelined(run, chosen), examples=run.cases(1))
    traffic = Traffic(run, run.topic()).go(writers=3, appends=6, acks=(1, -1))
    checker.producer_order(
        checker.SentInOrder(f"writer {one.writer}", one.number, produced.base_offset, produced.exchange)
        for one, produced in traffic.acknowledged
    ).tell(run)


def pipelined(run: Run, rounds: list[list[int]]) -> None:
    """Two producers take turns; each sends a round of batches before it reads the first answer."""
    topic = run.topic()
    producers = [Pipeline(run.actor(), topic) for _ in range(2)]
    for number, sizes in enumerate(rounds):
        producers[number % 2].send(sizes)
    checker.producer_order(sent for one in producers for sent in one.acknowledged).tell(run)
    scan = run.session.scan(topic)
    in_log = [
        checker.SentInOrder(
            f"producer {header.producer_id} epoch {header.producer_epoch}", header.base_sequence, header.base_offset,
            fetched.exchange,
        )
        for fetched in scan.fetches
        for header in (batch.header for batch in fetched.batches)
        if header.has_producer_id
    ]  # fmt: skip
    checker.producer_order(in_log, "sequences-reordered").tell(run)


class Pipeline:
    """An idempotent producer with several requests in flight on one connection."""

    def __init__(self, session: Session, topic: Topic) -> None:
        """Asks for a producer id."""
        self.session = session
        self.topic = topic
        self.producer_id, self.producer_epoch = session.init_producer_id()
        self.sequence = 0
        self.sent = 0
        self.acknowledged: list[checker.SentInOrder] = []

    def send(self, sizes: list[int]) -> None:
        """A batch of each size, then all the answers."""
        connection = self.session.connection(self.session.leader(self.topic))
        exchanges: list[Exchange] = []
        for size in sizes:
            data = data_batch(
                f"{self.producer_id}.{self.sequence}", size, producer_id=self.producer_id,
                producer_epoch=self.producer_epoch, base_sequence=self.sequence,
            )  # fmt: skip
            request, version = self.session.produce_request(self.topic, data)
            exchanges.append(connection.send(request, version))
            self.sequence += size
        for _ in exchanges:
            produced = self.session.produced(connection.receive())
            self.sent += 1
            if produced.ok:
                name = f"producer {self.producer_id} epoch {self.producer_epoch}"
                self.acknowledged.append(checker.SentInOrder(name, self.sent, produced.base_offset, produced.exchange))
