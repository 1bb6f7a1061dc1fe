"""W4: on one connection answers come in the order of the requests, however slow one of them is."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.raw import Connection
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.list_offsets import ListOffsetsPartition, ListOffsetsTopic

SLOW_MS = 150
KINDS = ("slow-fetch", "metadata", "list-offsets", "api-versions", "fetch")


@requirement(
    id="W4",
    name="wire.response_order",
    level="MUST",
    sentence="On one connection responses come in the order of the requests, however slow one of them is",
    profiles=("smoke", "core"),
    sources=("Kafka protocol guide, network",),
    apis={"Fetch": 4, "Metadata": 1, "ListOffsets": 1},
    signatures={
        "out-of-order": "a response overtook that of an earlier request on the same connection",
    },
)
def check(run: Run) -> None:
    """Pipelines of quick and slow requests: a long poll first, then generated ones."""
    topic = run.topic()
    judge_pipeline(run, topic, ["slow-fetch", "metadata", "list-offsets"])
    judge_pipeline(run, topic, ["api-versions", "slow-fetch", "slow-fetch", "metadata"])
    kinds = st.lists(st.sampled_from(KINDS), min_size=2, max_size=6).filter(lambda one: "slow-fetch" in one[:-1])
    run.explore(kinds, lambda one: judge_pipeline(run, topic, one), examples=run.cases(4))


def judge_pipeline(run: Run, topic: Topic, kinds: list[str]) -> None:
    """All at once on a connection of its own; one instance each response."""
    node = run.session.leader(topic)
    with run.session.open(node) as connection:
        sent = [send(run, connection, topic, kind) for kind in kinds]
        answered: list[Exchange] = []
        for expected in sent:
            answered.append(connection.receive_next())
            run.judge(
                answered[-1] is expected,
                "out-of-order",
                expected=f"correlation ids in the order {[one.correlation_id for one in sent]}",
                seen=f"{[one.correlation_id for one in answered]}",
                evidence=sent,
            )


def send(run: Run, connection: Connection, topic: Topic, kind: str) -> Exchange:
    """One request of the pipeline; the slow one waits for data that does not come."""
    match kind:
        case "slow-fetch":
            fetch, version = run.session.fetch_request(topic, 0, max_wait_ms=SLOW_MS)
            return connection.send(fetch, version)
        case "fetch":
            fetch, version = run.session.fetch_request(topic, 0)
            return connection.send(fetch, version)
        case "list-offsets":
            part = ListOffsetsPartition(partition_index=0, timestamp=-1)
            ask = m.ListOffsetsRequest(-1, 0, [ListOffsetsTopic(topic.name, [part])], timeout_ms=5_000)
            return connection.send(ask, run.session.version("ListOffsets", at_least=1))
        case "api-versions":
            return connection.send(m.ApiVersionsRequest("nilometer", "0"), run.session.version("ApiVersions"))
    return connection.send(m.MetadataRequest(topics=[]), run.session.version("Metadata", at_least=1))
