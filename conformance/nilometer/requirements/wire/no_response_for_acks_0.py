"""W12: Produce with acks=0 has no response, whether it succeeds or not."""

from __future__ import annotations

from nilometer.clients.batches import data_batch, patched
from nilometer.clients.observations import Topic
from nilometer.clients.raw import ConnectionClosed, UnparsableResponse
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer_reference.wire import messages as m

CRC_OFFSET = 17


@requirement(
    id="W12",
    name="wire.no_response_for_acks_0",
    level="MUST",
    sentence="A Produce with acks=0 yields no response bytes, and later responses on the connection stay aligned; "
    "if it fails, the broker may close the connection",
    profiles=("smoke", "core"),
    sources=("Produce API", "Kafka's KafkaApis.handleProduceRequest closes the connection when acks=0 fails"),
    apis={"Produce": 3, "Metadata": 1},
    signatures={
        "unasked-response": "a response came for a Produce with acks=0",
        "closed-after-success": "the connection was closed after a Produce with acks=0 that was right",
    },
)
def check(run: Run) -> None:
    """acks=0 in front of a request that has an answer: its answer is the next thing that comes."""
    topic = run.topic()
    for count in (1, 3):
        judge(run, topic, [data_batch(run.name("value"), 2)] * count, right=True)
    bad = patched(data_batch(run.name("value")), CRC_OFFSET, "I", 1, reseal=False)
    judge(run, topic, [bad], right=False)
    judge(run, Topic(run.name("missing-topic"), bytes([7]) * 16), [data_batch("a")], right=False)


def judge(run: Run, topic: Topic, batches: list[bytes], *, right: bool) -> None:
    """Produce each, then ask for Metadata on the same connection."""
    node = run.session.leader(topic) if right else None
    version = run.session.version("Produce", at_most=None if topic.has_id else 12)
    with run.session.open(node) as connection:
        sent = [
            connection.send(
                run.session.produce_request(topic, one, acks=0, version=version)[0], version, answered=False
            )
            for one in batches
        ]
        try:
            with run.journal.not_judged():  # a response that nobody asked for is judged here, not by W1
                asked = connection.send(m.MetadataRequest(topics=[]), run.session.version("Metadata", at_least=1))
                connection.receive_next()
        except UnparsableResponse as other:
            run.violated(
                "unasked-response",
                expected=f"the answer to Metadata, correlation id {asked.correlation_id}",
                seen=other.detail,
                evidence=[*sent, asked],
            )
            return
        except ConnectionClosed as closed:
            run.judge(
                not right,
                "closed-after-success",
                expected="the answer to Metadata",
                seen=closed.detail,
                evidence=[*sent, *([closed.exchange] if closed.exchange else [])],
            )
            return
        run.holds(len(sent))
