"""Ways in which a network brings one Produce request to the leader.

ONCE         as it should be
PIPELINED    twice on one connection, the second before the first is answered
TWO_PATHS    on two connections at once, as after a reconnect whose first attempt was only slow
LOST_ANSWER  on a connection that closes before the answer; then again on another one
NEW_PATH     on a new connection
"""

from __future__ import annotations

from enum import StrEnum

from nilometer.clients.observations import Produced
from nilometer.clients.raw import Connection
from nilometer.requirements.idempotence._writer import Sent, Writer


class Way(StrEnum):
    """How the request travels."""

    ONCE = "once"
    PIPELINED = "twice in flight on one connection"
    TWO_PATHS = "on two connections at once"
    LOST_ANSWER = "again after its answer was lost"
    NEW_PATH = "on a new connection"


def deliver(writer: Writer, batch: Sent, way: Way) -> list[Produced]:
    """Every answer that came; exchanges of all attempts are in `writer.exchanges`."""
    if way is Way.ONCE:
        return [writer.send(batch)]
    session = writer.session
    node = session.leader(writer.topic, writer.log.partition)
    request, version = session.produce_request(writer.topic, batch.data, partition=writer.log.partition)
    answers = []
    with session.open(node) as other:
        main = session.connection(node)
        paths: list[Connection] = {
            Way.PIPELINED: [main, main],
            Way.TWO_PATHS: [main, other],
            Way.LOST_ANSWER: [other],
            Way.NEW_PATH: [other],
        }[way]
        sent = [connection.send(request, version) for connection in paths]
        writer.exchanges += sent
        if way is Way.LOST_ANSWER:
            sent[0].fault = "we closed the connection before the answer"
        else:
            answers = [session.produced(connection.receive()) for connection in paths]
    if way is Way.LOST_ANSWER:
        answers = [writer.send(batch)]
    return answers
